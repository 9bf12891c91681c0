/** `actor logs`: the conversation with a session. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode, type LogEntry } from '../protocol.js';
import { entryLines } from '../texts/logs.js';
import { untilDaemonEnds } from './following.js';
import { wholeNumber } from './numbers.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io } = context;
  const [name = ''] = input.positionals;
  const json = input.flag('json');
  const count = wholeNumber(input.value('count'), '--count');
  const print = (entry: LogEntry) => (json ? io.json(entry) : io.lines(entryLines(entry, Date.now())));
  if (input.flag('follow')) return followLogs(context, name, count, print);
  const entries = await context.call('logs', { name, count, follow: false });
  if (json) io.json(entries);
  else for (const entry of entries) print(entry);
  if (!json && entries.length === 0 && count !== 0) io.note(`${name} has said nothing yet`);
  return EXIT.done;
}

/** Goes on with the next daemon when one was killed: after the time of the last entry that was printed or not wanted. */
function followLogs(
  { io, follow }: Context,
  name: string,
  count: number | null,
  print: (entry: LogEntry) => void,
) {
  let asked = 0;
  // Of none that were asked for the last is now.
  let printed = count === 0 ? new Date().toISOString() : '';
  let resumeAfter = '';
  const params = () => {
    resumeAfter = printed;
    return { name, count: asked++ === 0 ? count : null, follow: true };
  };
  const item = (entry: LogEntry) => {
    if (entry.time <= resumeAfter) return;
    printed = entry.time;
    print(entry);
  };
  return untilDaemonEnds(io, follow('logs', params, { item }));
}
