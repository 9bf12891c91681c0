/** `actor list`: all sessions, one line each. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode, type Status } from '../protocol.js';
import { listLines } from '../texts/list.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const status = input.value('status') as Status | null;
  const sessions = await call('list', { status });
  if (input.flag('json')) io.json(sessions);
  else if (sessions.length > 0) io.lines(listLines(sessions, io, Date.now()));
  else
    io.note(
      status === null
        ? 'no sessions\nhint: actor claude, or actor new fix-nav "what to do"'
        : `no session is ${status}`,
    );
  return EXIT.done;
}
