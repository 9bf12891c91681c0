/** The daemon's log: `daemon.log.<YYYY-MM-DD>`, each entry with its time before it, 14 days kept. */
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const DAYS_KEPT = 14;
/** Of an entry, which may hold a stack, in characters. */
const ENTRY_LIMIT = 2000;

export type Log = (text: string, error?: unknown) => void;

/** A log in this folder. A log that cannot be written is no reason to stop working. */
export function openLog(folder: string, now: () => Date = () => new Date()): Log {
  let file = '';
  return (text, error) => {
    const time = now().toISOString();
    const detail =
      error instanceof Error ? `: ${error.stack ?? error.message}` : error === undefined ? '' : `: ${error}`;
    const today = `daemon.log.${time.slice(0, 10)}`;
    const entry = `${time} ${(text + detail).slice(0, ENTRY_LIMIT)}\n`;
    try {
      const isNewDay = file !== today;
      file = today;
      if (isNewDay) removeOldLogs(folder, today);
      appendFileSync(path.join(folder, file), entry, { mode: 0o600 });
    } catch {}
  };
}

/** Of the days before this one, which may have a file already. */
function removeOldLogs(folder: string, today: string): void {
  const before = readdirSync(folder)
    .filter(name => /^daemon\.log\.\d{4}-\d\d-\d\d$/.test(name) && name !== today)
    .sort();
  for (const name of before.slice(0, 1 - DAYS_KEPT)) rmSync(path.join(folder, name), { force: true });
}
