/** The world and its journal, changed together: written down first, then true. */
import type { JournalRecord, NewRecord } from '../domain/record.js';
import { apply, emptyWorld, freeze, type World } from '../domain/world.js';
import type { ActorEvent } from '../protocol.js';
import type { Journal } from '../store/journal.js';

export class Ledger {
  readonly world: World = emptyWorld();
  readonly #journal: Journal;
  readonly #onChange = new Set<() => void>();
  readonly #onEvent = new Set<(event: ActorEvent) => void>();

  constructor(journal: Journal) {
    this.#journal = journal;
    journal.replay(record => apply(this.world, record));
  }

  /**
   * Writes these records and applies them, in one go. Throws what the disk throws, with nothing changed.
   * @returns the events among them.
   */
  commit(records: readonly NewRecord[]): ActorEvent[] {
    if (records.length === 0) return [];
    const now = Date.now();
    const stamped = records.map(record => stamp(record, now));
    this.#journal.append(stamped);
    const events: ActorEvent[] = [];
    for (const record of stamped) {
      apply(this.world, record);
      if (record.kind === 'event') events.push(record.event);
    }
    for (const event of events) for (const listener of this.#onEvent) listener(event);
    for (const listener of this.#onChange) listener();
    if (this.#journal.isLarge) this.#rotate(now);
    return events;
  }

  /** What was committed is committed: a disk without room for a new segment is no failure of it, and tried again. */
  #rotate(now: number): void {
    try {
      this.#journal.rotate(
        { kind: 'checkpoint', time: now, world: freeze(this.world) },
        this.world.lastEvent,
      );
    } catch {}
  }

  /** Something that is no record changed (a draft holds a prompt back): those who wait look again. */
  touch(): void {
    for (const listener of this.#onChange) listener();
  }

  /** Calls `listener` after every commit; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }

  onEvent(listener: (event: ActorEvent) => void): () => void {
    this.#onEvent.add(listener);
    return () => this.#onEvent.delete(listener);
  }

  /** Resolves when `isTrue` holds (checked after every commit), or with false after `timeoutMs`, or when `signal` aborts. */
  async until(isTrue: () => boolean, timeoutMs: number | null, signal?: AbortSignal): Promise<boolean> {
    if (isTrue()) return true;
    return new Promise(resolve => {
      const end = (answer: boolean) => {
        stop();
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        resolve(answer);
      };
      const abort = () => end(false);
      const timer = timeoutMs === null ? undefined : setTimeout(() => end(false), timeoutMs);
      const stop = this.onChange(() => {
        if (isTrue()) end(true);
      });
      if (signal?.aborted) end(false);
      else signal?.addEventListener('abort', abort);
    });
  }
}

function stamp(record: NewRecord, now: number): JournalRecord {
  const stamped = { ...record, time: record.time ?? now } as JournalRecord;
  if (stamped.kind === 'event')
    stamped.event = { ...stamped.event, time: stamped.event.time || new Date(stamped.time).toISOString() };
  return stamped;
}
