/** `actor roles`: the roles that a session could have. */
import { resolve } from 'node:path';
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { roleLines } from '../texts/settings.js';

export async function run(input: Input, { io, call, cwd }: Context): Promise<ExitCode> {
  const dir = input.value('dir');
  const roles = await call('roles', { dir: dir === null ? null : resolve(cwd, dir) });
  if (input.flag('json')) io.json(roles);
  else io.lines(roleLines(roles, io.width));
  if (roles.length === 0 && !input.flag('json')) io.note('the settings define no role');
  return EXIT.done;
}
