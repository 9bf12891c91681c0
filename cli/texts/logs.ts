/** An entry of a conversation as lines. */
import { formatClock } from '../client/time.js';
import { visible } from '../client/width.js';
import type { LogEntry } from '../protocol.js';

/** The head of an entry, its text below, indented; a short outcome or note on one line. */
export function entryLines({ time, turn, kind, text }: LogEntry, now: number): string[] {
  const head = `${formatClock(time, now)}${turn === null ? '' : `  turn ${turn}`}  ${kind}`;
  const lines = visible(text).trimEnd().split('\n');
  if (kind === 'outcome' || kind === 'note') return [`${head}  ${lines.join(' ')}`];
  return [head, ...lines.map(line => (line === '' ? '' : `    ${line}`))];
}
