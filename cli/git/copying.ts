/** Where copying is done: a few small files at once, anything more in a thread of its own (copier.ts). */
import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Bytes, raw } from './bytes.js';
import { Copying, type Trees } from './copy.js';
import type { NamesData } from './names.js';

export interface CopyTask {
  trees: Trees;
  /** Relative to both roots; a directory may end in `/`. */
  names: Bytes[];
}

export interface Copied {
  /** For each name: was anything made of it? */
  copied: boolean[];
  outside: NamesData;
  unreadable: NamesData;
}

/** What the thread says: how far it is, and in the end what came of it. */
export type CopyMessage =
  | { made: number }
  | Copied
  | { error: { code: string | undefined; message: string } };

/** The daemon itself may copy so many files of so many bytes together: less than the start of a thread costs. */
const FEW = 20;
const SMALL = 1024 * 1024;

/**
 * Copies, see {@link Copying.copy}.
 * @throws an I/O error such as a full disk, or the signal's reason; nothing is written any more then
 */
export async function copyAll(
  task: CopyTask,
  onProgress: (made: number) => void,
  signal?: AbortSignal,
): Promise<Copied> {
  signal?.throwIfAborted();
  if (!isLittle(task)) return inThread(task, onProgress, signal);
  const copying = new Copying(task.trees, () => {});
  const copied = task.names.map(name => {
    const before = copying.made;
    copying.copy(name);
    return copying.made > before;
  });
  return { copied, outside: copying.outside.data, unreadable: copying.unreadable.data };
}

function isLittle({ trees, names }: CopyTask): boolean {
  if (names.length > FEW) return false;
  let bytes = 0;
  for (const name of names) {
    try {
      const stats = lstatSync(raw(join(trees.from, name)));
      if (stats.isDirectory()) return false;
      bytes += stats.size;
    } catch {
      // Gone, or out of reach: that is told when it is copied.
    }
  }
  return bytes <= SMALL;
}

async function inThread(
  task: CopyTask,
  onProgress: (made: number) => void,
  signal: AbortSignal | undefined,
): Promise<Copied> {
  // Beside this file; bundles have an extension that says what they are.
  const isBundled = basename(import.meta.dirname) === 'dist';
  const file = join(import.meta.dirname, isBundled ? 'copier.mjs' : 'copier.js');
  const thread = new Worker(file, { workerData: task });
  let stop = () => {};
  try {
    return await new Promise<Copied>((resolve, reject) => {
      stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      thread.on('message', (message: CopyMessage) => {
        if ('made' in message) onProgress(message.made);
        else if ('error' in message) reject(Object.assign(new Error(message.error.message), message.error));
        else resolve(message);
      });
      thread.once('error', reject);
      thread.once('exit', code => reject(new Error(`the thread that copies ended with ${code}`)));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await thread.terminate();
  }
}
