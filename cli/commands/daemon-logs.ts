/** `actor daemon logs`: the daemon's log files, read here, so that they can be read when it does not run. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../client/context.js';
import { Failure } from '../domain/failure.js';
import { EXIT, type ExitCode } from '../protocol.js';

const LINES = 200;

/**
 * Prints the last `count` lines (200 when null); with `follow` then what is added, for ever.
 * @throws Failure when there is no home whose log could be followed
 */
export async function printDaemonLogs(
  { io, home }: Context,
  count: number | null,
  follow: boolean,
): Promise<ExitCode> {
  if (follow && !existsSync(home.path))
    throw new Failure(EXIT.failed, `no daemon has run in ${home.path} yet`, 'actor daemon start');
  const files = logFiles(home.path);
  if (files.length === 0) io.note(`no log yet in ${home.path}`);
  /** How far each file is printed, or not wanted, in bytes: at first as far as it goes now. */
  const seen = new Map(files.map(file => [file, sizeOf(file)]));
  io.lines(lastLines(seen, count ?? LINES));
  if (!follow) return EXIT.done;

  return new Promise((_, reject) => {
    const look = () => {
      try {
        for (const file of logFiles(home.path)) {
          const from = seen.get(file) ?? 0;
          const text = read(file, from, sizeOf(file));
          seen.set(file, from + text.length);
          if (text.length > 0) io.foreign(text.toString());
        }
      } catch (error) {
        // Nobody else hears of it here: the reader is gone, say.
        reject(error);
      }
    };
    // The folder, not the file: the log of a new day is a new file.
    watch(home.path, look).on('error', reject);
    look();
  });
}

/** In bytes; 0 of a file that is gone, as the oldest is when a new day begins. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The bytes of a file between these two places. */
function read(file: string, from: number, to: number): Buffer {
  if (to <= from) return Buffer.alloc(0);
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(to - from);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
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

/** The last lines of these files, oldest first, each as far as its size says. */
function lastLines(sizes: ReadonlyMap<string, number>, count: number): string[] {
  let lines: string[] = [];
  for (const [file, size] of [...sizes].toReversed()) {
    if (lines.length >= count) break;
    lines = [...read(file, 0, size).toString().split('\n').slice(0, -1), ...lines];
  }
  return count === 0 ? [] : lines.slice(-count);
}
