/** `actor list`: all sessions, one line each. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode, type Status } from '../protocol.js';
import { listLines } from '../texts/list.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io, call } = context;
  const status = input.value('status') as Status | null;
  if (input.flag('follow')) {
    if (input.flag('json')) throw new UsageFailure('--json does not go with -f', 'actor events -f --json');
    const { followList } = await import('./live-list.js');
    return followList(status, context);
  }
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
