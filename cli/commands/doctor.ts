/** `actor doctor`: can actor work here, and what mends it where it cannot? */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { renderTable } from '../client/table.js';
import { oneLine } from '../client/width.js';
import { type DoctorFinding, EXIT, type ExitCode } from '../protocol.js';

const MARKS: Readonly<Record<DoctorFinding['level'], string>> = {
  ok: '✓',
  note: '·',
  warning: '!',
  error: '✗',
};

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const findings = await call('doctor', {});
  if (input.flag('json')) io.json(findings);
  else {
    const rows = findings.flatMap(({ level, topic, text, fix }) => [
      [{ text: MARKS[level] }, { text: oneLine(topic) }, { text: oneLine(text) }],
      ...(fix === null ? [] : [[{ text: '' }, { text: '' }, { text: `→ ${oneLine(fix)}` }]]),
    ]);
    io.lines(renderTable(rows, null));
  }
  return findings.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.done;
}
