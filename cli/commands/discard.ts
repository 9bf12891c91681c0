/** `actor discard`: end sessions and remove their worktrees. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const results = await call('discard', { names: [...input.positionals], force: input.flag('force') });
  if (input.flag('json'))
    io.json(results.map(({ name, branch, commit, worktree }) => ({ name, branch, commit, worktree })));
  for (const { name, branch, commit, trash } of results) {
    const kept = branch ? `; branch ${branch}${commit ? ` (${commit.slice(0, 12)})` : ''} is kept` : '';
    if (!input.flag('json')) io.line(`discarded ${name}${kept}`);
    const where = trash ? `kept for 7 days: ${trash}` : null;
    if (where && input.flag('json')) io.note(where);
    else if (where) io.line(where);
  }
  return EXIT.done;
}
