/** The world and its journal, changed together: written down first, then true. */

import { apply } from '../domain/apply.js';
import { freeze } from '../domain/checkpoint.js';
import type { JournalRecord, NewRecord } from '../domain/record.js';
import { emptyWorld, type World } from '../domain/world.js';
import type { ActorEvent } from '../protocol.js';
import type { Journal } from '../store/journal.js';

/** Clocks are read one after the other; one that is set back by less is no matter, in milliseconds. */
const CLOCK_SLACK = 100;
/** For so long nobody may have looked at the clock between two daemons, in milliseconds. */
const UNWATCHED = 60_000;

export class Ledger {
  readonly world: World = emptyWorld();
  readonly #journal: Journal;
  /** The last look at the machine's clock, and at the one that nobody sets, in milliseconds. */
  #looked: { wall: number; steady: number };
  readonly #onChange = new Set<() => void>();
  readonly #onEvent = new Set<(event: ActorEvent) => void>();

  constructor(journal: Journal) {
    this.#journal = journal;
    let latest = 0;
    journal.replay(record => {
      apply(this.world, record);
      // The time of an event may be its agent's word.
      if (record.kind === 'clock') latest = record.time;
      else if (record.kind !== 'event') latest = Math.max(latest, record.time);
    });
    const [wall, steady] = [Date.now(), performance.now()];
    const isAhead = latest > wall + CLOCK_SLACK;
    this.#looked = isAhead ? { wall: latest, steady: steady - UNWATCHED } : { wall, steady };
  }

  /**
   * Writes these records and applies them, in one go. Throws what the disk throws, with nothing changed.
   * @returns the events among them.
   */
  commit(records: readonly NewRecord[]): ActorEvent[] {
    this.watchClock();
    return this.#commit(records);
  }

  /**
   * To be called before times of the world are compared with others: notices that the machine's clock was set back since the
   * last look, and moves what is on record back. Throws what the disk throws.
   */
  watchClock(): void {
    const [wall, steady] = [Date.now(), performance.now()];
    const before = this.#looked;
    const since = steady - before.steady;
    const lastLook = wall - since;
    this.#looked = { wall, steady };
    if (lastLook >= before.wall - CLOCK_SLACK) return;
    try {
      this.#commit([{ kind: 'clock', latest: lastLook, was: before.wall + since }]);
    } catch (error) {
      this.#looked = before;
      throw error;
    }
  }

  #commit(records: readonly NewRecord[]): ActorEvent[] {
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

  /**
   * A time that an agent or a file tells, in milliseconds since the epoch. One that lies ahead was told before the clock was set
   * back, and is of the past; or another machine's clock says it, and it is now.
   */
  past(at: number): number {
    const now = Date.now();
    if (at <= now + CLOCK_SLACK) return at;
    const { clockSetBack } = this.world;
    return clockSetBack && at <= clockSetBack.was + CLOCK_SLACK ? clockSetBack.latest : now;
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
