/** `actor discard`: end sessions and remove their worktrees. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { discardLine, trashLine } from '../texts/discard.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const results = await call('discard', { names: [...input.positionals], force: input.flag('force') });
  if (input.flag('json'))
    io.json(results.map(({ name, branch, commit, worktree }) => ({ name, branch, commit, worktree })));
  for (const result of results) {
    if (!input.flag('json')) io.line(discardLine(result));
    const where = trashLine(result);
    if (where && input.flag('json')) io.note(where);
    else if (where) io.line(where);
  }
  return EXIT.done;
}
