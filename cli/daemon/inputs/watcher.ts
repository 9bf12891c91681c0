/**
 * The watch on folders that agents write into. Folders are watched, not files: a folder's inotify tells of each write in it,
 * at the cost of one watch; and an event means only "look again" (`raw`, so that nothing is debounced).
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

/** Takes the name of the file that changed; null: it is not known. */
type Listener = (file: string | null) => void;

/** A watch takes a while to begin, and gives no hint of what happened meanwhile: when to look by oneself, in milliseconds. */
const WATCH_BEGINS = [30, 60, 100, 150, 250, 400, 700, 1100];

/** Looks at these times while a new watch begins. */
export function lookWhileWatchBegins(look: () => void): void {
  for (const delay of WATCH_BEGINS) setTimeout(look, delay).unref();
}

export class Watcher {
  /** One for each folder: what a chokidar has let go, it ignores with all below from then on. */
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls `listener` whenever something in `folder` changed; of one that is made later, from then on. Returns what ends it. */
  watch(folder: string, listener: Listener): () => void {
    const key = path.resolve(folder);
    return existsSync(key) ? this.#watchThere(key, listener) : this.#watchLater(key, listener);
  }

  /** chokidar tells nothing of a folder that was not there when it was added: the nearest one above it is watched until it is. */
  #watchLater(key: string, listener: Listener): () => void {
    let next = key;
    while (!existsSync(path.dirname(next))) next = path.dirname(next);
    let isThere = false;
    let isOver = false;
    let unwatch = () => {};
    const tell = () => {
      if (!isOver) listener(null);
    };
    const look = () => {
      if (isOver || isThere || !existsSync(next)) return;
      isThere = true;
      unwatch();
      unwatch = this.watch(key, listener);
      if (!existsSync(key)) return;
      tell();
      lookWhileWatchBegins(tell);
    };
    unwatch = this.#watchThere(path.dirname(next), look);
    lookWhileWatchBegins(look);
    return () => {
      isOver = true;
      unwatch();
    };
  }

  #watchThere(key: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    if (listeners.size === 0) {
      this.#listeners.set(key, listeners);
      this.#watchers.set(key, this.#open(key, listeners));
    }
    listeners.add(listener);
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#listeners.delete(key);
      void this.#watchers.get(key)?.close();
      this.#watchers.delete(key);
    };
  }

  #open(key: string, listeners: ReadonlySet<Listener>): FSWatcher {
    const watcher = watch(key, {
      ignored: (_file, stats) => stats !== undefined && !stats.isDirectory(),
      ignoreInitial: true,
      depth: 0,
      persistent: true,
    });
    watcher.on('raw', (_event, file, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      if (watchedPath === key) for (const listener of [...listeners]) listener(file);
    });
    watcher.on('error', this.#onError);
    return watcher;
  }

  /** Ends all watches. */
  async close(): Promise<void> {
    const all = [...this.#watchers.values()];
    this.#watchers.clear();
    this.#listeners.clear();
    await Promise.all(all.map(watcher => watcher.close()));
  }
}
