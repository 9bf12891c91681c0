/** `actor show`: everything that is known about a session. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { showLines } from '../texts/show.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const [name = ''] = input.positionals;
  const session = await call('show', { name });
  if (input.flag('json')) io.json(session);
  else {
    io.lines(showLines(session, io, Date.now()));
    if (session.message) io.foreign(`\n${session.message}`);
  }
  return EXIT.done;
}
