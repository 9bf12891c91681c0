/** `actor doctor`: can actor work here, and what mends it where it cannot? */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { renderTable } from '../client/table.js';
import { oneLine } from '../client/width.js';
import { type DoctorFinding, EXIT, type ExitCode } from '../protocol.js';

const MARKS: Readonly<Record<DoctorFinding['level'] | 'fix', { mark: string; ascii: string }>> = {
  ok: { mark: '✓', ascii: '+' },
  note: { mark: '·', ascii: '-' },
  warning: { mark: '!', ascii: '!' },
  error: { mark: '✗', ascii: 'x' },
  fix: { mark: '→', ascii: '->' },
};

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const findings = await call('doctor', {});
  if (input.flag('json')) io.json(findings);
  else {
    const mark = (of: keyof typeof MARKS) => MARKS[of][io.ascii ? 'ascii' : 'mark'];
    const rows = findings.flatMap(({ level, topic, text, fix }) => [
      [{ text: mark(level) }, { text: oneLine(topic) }, { text: oneLine(text) }],
      ...(fix === null ? [] : [[{ text: '' }, { text: '' }, { text: `${mark('fix')} ${oneLine(fix)}` }]]),
    ]);
    io.lines(renderTable(rows, null));
  }
  return findings.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.done;
}
