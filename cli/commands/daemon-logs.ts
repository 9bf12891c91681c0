/** `actor daemon logs`: the daemon's log files, read here, so that they can be read when it does not run. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../client/context.js';
import { EXIT, type ExitCode } from '../protocol.js';

const LINES = 200;

/** Prints the last `count` lines (200 when null); with `follow` then what is added, for ever. */
export async function printDaemonLogs(
  { io, home }: Context,
  count: number | null,
  follow: boolean,
): Promise<ExitCode> {
  const files = logFiles(home.path);
  if (files.length === 0) {
    io.note(`no log yet in ${home.path}`);
    if (!follow) return EXIT.done;
  }
  io.lines(lastLines(files, count ?? LINES));
  if (!follow) return EXIT.done;

  const seen = new Map(files.map(file => [file, statSync(file).size]));
  return new Promise(() => {
    const look = () => {
      for (const file of logFiles(home.path)) {
        const text = readFrom(file, seen.get(file) ?? 0);
        seen.set(file, (seen.get(file) ?? 0) + text.length);
        if (text.length > 0) io.foreign(text.toString());
      }
    };
    // The folder, not the file: the log of a new day is a new file.
    watch(home.path, look);
    look();
  });
}

function readFrom(file: string, offset: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, statSync(file).size - offset));
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(descriptor);
  }
}

/** Oldest first: their names end in the date. */
function logFiles(home: string): string[] {
  try {
    return readdirSync(home)
      .filter(name => /^daemon\.log\.\d{4}-\d{2}-\d{2}$/.test(name))
      .sort()
      .map(name => join(home, name));
  } catch {
    return [];
  }
}

function lastLines(files: readonly string[], count: number): string[] {
  let lines: string[] = [];
  for (const file of files.toReversed()) {
    if (lines.length >= count) break;
    lines = [...readFileSync(file, 'utf8').split('\n').slice(0, -1), ...lines];
  }
  return count === 0 ? [] : lines.slice(-count);
}
