/**
 * Which checkout is looked at next, and when. An ended turn comes first and at once: its completion says what it changed.
 * Everything else is a hint (the agent wrote something, git did something, a person looks), and waits for a rest that grows
 * with what a look costs, so that a hundred agents at work in a large repository keep no core busy. Pure: times are given.
 */

/** After a hint, in milliseconds: what follows it at once is the same change. */
const SETTLE = 400;
/** Between two looks at one checkout for hints: at least so long, in milliseconds, and so many times what the last one took. */
const REST = { least: 3000, times: 20 };
/** After a look for a hint no other is made for so many times what it took: hints cost a fifth of a core at the most. */
const GENERAL_REST = 4;

interface Row {
  /** When its session was made: another one of the same name is another. */
  created: string;
  /** The end of the last turn that is known here, in milliseconds since the epoch; 0: none. */
  turn: number;
  /** The turn whose end was looked at last. */
  seen: number | null;
  wants: 'end' | 'hint' | null;
  /** The earliest time of the next look. */
  notBefore: number;
  lookedAt: number;
  cost: number;
}

/** `turn`: not even that there was none. */
const UNSEEN = { turn: null, seen: null, lookedAt: Number.NEGATIVE_INFINITY, cost: 0 } as const;

export interface Known {
  name: string;
  created: string;
  /** The end of its last turn, in milliseconds since the epoch; 0: none. */
  turn: number;
  /** The earliest time to look at what its turn left. */
  notBefore: number;
}

export interface Look {
  name: string;
  /** {@link Row.turn} when it began. */
  turn: number;
  forEnd: boolean;
}

export class CheckoutQueue {
  readonly #rows = new Map<string, Row>();
  #hintsRestUntil = Number.NEGATIVE_INFINITY;

  /** The sessions that have a checkout, all of them. */
  know(sessions: readonly Known[]): void {
    const names = new Set(sessions.map(({ name }) => name));
    for (const name of this.#rows.keys()) if (!names.has(name)) this.#rows.delete(name);
    for (const { name, created, turn, notBefore } of sessions) {
      const known = this.#rows.get(name);
      const row = known?.created === created ? known : UNSEEN;
      if (row.turn !== turn) this.#rows.set(name, { ...row, created, turn, wants: 'end', notBefore });
    }
  }

  /**
   * Something hints at a change of this session's files. `least`: the rest since the last look, in milliseconds.
   * @returns the time of the look that it leads to; null: there is nothing to do because of it.
   */
  hint(name: string, now: number, least: number = REST.least): number | null {
    const row = this.#rows.get(name);
    if (!row || row.wants === 'end') return null;
    const rest = Math.max(least, REST.times * row.cost);
    const time = Math.max(now + SETTLE, row.lookedAt + rest);
    row.notBefore = row.wants === 'hint' ? Math.min(row.notBefore, time) : time;
    row.wants = 'hint';
    return Math.max(time, this.#hintsRestUntil);
  }

  /** The look to be made now; or the time of the next one; null: none. The latest end of a turn comes first. */
  next(now: number): Look | { at: number } | null {
    let best: { name: string; row: Row } | null = null;
    let at = Number.POSITIVE_INFINITY;
    for (const [name, row] of this.#rows) {
      if (row.wants === null) continue;
      const time = row.wants === 'end' ? row.notBefore : Math.max(row.notBefore, this.#hintsRestUntil);
      at = Math.min(at, time);
      if (time <= now && (!best || goesBefore(row, best.row))) best = { name, row };
    }
    if (!best) return at === Number.POSITIVE_INFINITY ? null : { at };
    const forEnd = best.row.wants === 'end';
    best.row.wants = null;
    return { name: best.name, turn: best.row.turn, forEnd };
  }

  /** What was changed is known as of this look. */
  seen({ name, turn }: Look): void {
    const row = this.#rows.get(name);
    if (row) row.seen = turn;
  }

  /** This look is over; it took `cost` milliseconds. */
  done({ name, forEnd }: Look, now: number, cost: number): void {
    if (!forEnd) this.#hintsRestUntil = now + GENERAL_REST * cost;
    const row = this.#rows.get(name);
    if (!row) return;
    row.lookedAt = now;
    row.cost = cost;
  }

  /** Is what its last turn changed known? True where there is no checkout. `turn`: the end of that turn. */
  isFresh(name: string, turn: number): boolean {
    const row = this.#rows.get(name);
    return !row || row.seen === turn;
  }
}

function goesBefore(one: Row, other: Row): boolean {
  if (one.wants !== other.wants) return one.wants === 'end';
  return one.wants === 'end' ? one.turn > other.turn : one.notBefore < other.notBefore;
}
