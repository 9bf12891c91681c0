/** The tool `roles`: the roles that a session could have. */
import { resolve } from 'node:path';
import { roleLines } from '../../texts/settings.js';
import { inputOf, text } from '../schema.js';
import type { Tool } from '../tool.js';

export const roles: Tool = {
  name: 'roles',
  description: 'The roles that new can give a session, from the settings.',
  kind: 'looks',
  input: inputOf({ dir: text('The directory whose settings count (default: yours)') }),
  async call(args, caller) {
    const dir = args.text('dir');
    const views = await caller.ask('roles', { dir: dir === null ? null : resolve(caller.cwd, dir) });
    const lines = roleLines(views, null);
    return { content: { roles: views }, lines: views.length > 0 ? lines : ['the settings define no role'] };
  },
};
