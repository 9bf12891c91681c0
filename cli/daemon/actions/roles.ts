/** `actor roles`: the roles of the settings that count in a directory. */
import { rolesIn } from '../settings.js';
import type { Action } from './action.js';

export const roles: Action<'roles'> = async (daemon, { request }) =>
  rolesIn(daemon, request.params.dir ?? request.caller.cwd);
