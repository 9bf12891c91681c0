/** `actor logs`: the conversation with a session. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { formatClock } from '../client/time.js';
import { visible } from '../client/width.js';
import { EXIT, type ExitCode, type LogEntry } from '../protocol.js';
import { wholeNumber } from './numbers.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const [name = ''] = input.positionals;
  const json = input.flag('json');
  const follow = input.flag('follow');
  const count = wholeNumber(input.value('count'), '--count');
  const print = (entry: LogEntry) => (json ? io.json(entry) : io.lines(entryLines(entry, Date.now())));
  const entries = await call('logs', { name, count, follow }, { item: print });
  if (json && !follow) io.json(entries);
  else for (const entry of entries) print(entry);
  if (!json && !follow && entries.length === 0) io.note(`${name} has said nothing yet`);
  return EXIT.done;
}

/** The head of an entry, its text below, indented; a short outcome or note on one line. */
export function entryLines({ time, turn, kind, text }: LogEntry, now: number): string[] {
  const head = `${formatClock(time, now)}${turn === null ? '' : `  turn ${turn}`}  ${kind}`;
  const lines = visible(text).trimEnd().split('\n');
  if (kind === 'outcome' || kind === 'note') return [`${head}  ${lines.join(' ')}`];
  return [head, ...lines.map(line => (line === '' ? '' : `    ${line}`))];
}
