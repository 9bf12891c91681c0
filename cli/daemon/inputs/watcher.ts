/**
 * One chokidar for all folders that agents write into. Folders are watched, not files: a folder's inotify tells of each
 * write in it, at the cost of one watch; and an event means only "look again" (`raw`, so that nothing is debounced).
 */
import path from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

export class Watcher {
  readonly #watcher: FSWatcher;
  readonly #listeners = new Map<string, Set<(file: string | null) => void>>();

  constructor(onError: (error: unknown) => void) {
    this.#watcher = watch([], {
      ignored: (_file, stats) => stats !== undefined && !stats.isDirectory(),
      ignoreInitial: true,
      depth: 0,
      persistent: true,
    });
    this.#watcher.on('raw', (_event, file, details) => this.#hint(file, details as { watchedPath?: string }));
    this.#watcher.on('error', onError);
  }

  #hint(file: string | null, details: { watchedPath?: string }): void {
    const watched = details.watchedPath;
    if (watched === undefined) return;
    for (const listener of this.#listeners.get(watched) ?? []) listener(file);
  }

  /** Calls `listener` (with the name of the file, if known) whenever something in `folder` changed. Returns what ends it. */
  watch(folder: string, listener: (file: string | null) => void): () => void {
    const key = path.resolve(folder);
    let listeners = this.#listeners.get(key);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(key, listeners);
      this.#watcher.add(key);
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(key) !== listeners) return;
      this.#listeners.delete(key);
      this.#watcher.unwatch(key);
    };
  }

  async close(): Promise<void> {
    await this.#watcher.close();
  }
}
