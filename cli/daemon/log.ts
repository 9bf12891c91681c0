/** The daemon's log: `daemon.log.<YYYY-MM-DD>`, a line an entry, 14 days kept. */
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const DAYS_KEPT = 14;
const LINE_LIMIT = 2000;

export type Log = (text: string, error?: unknown) => void;

/** A log in this folder. A log that cannot be written is no reason to stop working. */
export function openLog(folder: string, now: () => Date = () => new Date()): Log {
  let day = '';
  return (text, error) => {
    const time = now().toISOString();
    const detail =
      error instanceof Error ? `: ${error.stack ?? error.message}` : error === undefined ? '' : `: ${error}`;
    try {
      if (day !== time.slice(0, 10)) {
        day = time.slice(0, 10);
        removeOldLogs(folder);
      }
      appendFileSync(
        path.join(folder, `daemon.log.${day}`),
        `${time} ${(text + detail).slice(0, LINE_LIMIT)}\n`,
        {
          mode: 0o600,
        },
      );
    } catch {}
  };
}

/** The log files in this folder, oldest first. */
export function logFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => /^daemon\.log\.\d{4}-\d\d-\d\d$/.test(name))
    .sort()
    .map(name => path.join(folder, name));
}

function removeOldLogs(folder: string): void {
  for (const file of logFiles(folder).slice(0, -(DAYS_KEPT - 1))) rmSync(file, { force: true });
}
