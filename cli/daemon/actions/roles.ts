/** What of the settings a new session could be: its role, its kind of agent. */
import { layersIn, rolesOf } from '../settings.js';
import { type Action, kindsOf } from './action.js';

export const roles: Action<'roles'> = async (daemon, { request }) =>
  rolesOf(await layersIn(daemon, request.params.dir ?? request.caller.cwd));

export const kinds: Action<'kinds'> = async (daemon, { request }) =>
  kindsOf(await layersIn(daemon, request.caller.cwd));
