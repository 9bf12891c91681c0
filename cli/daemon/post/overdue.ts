/**
 * Which deliveries have waited too long for a sign in their recipient's transcript: what an agent took and does not show there it
 * has dropped, or died over.
 */
import { existsSync } from 'node:fs';
import { underWay } from '../../domain/next.js';
import type { Delivery, World } from '../../domain/world.js';
import type { Mail } from './mail.js';

/** So long an agent may be at rest, with nothing on its way to it, and have taken what is there for it, in milliseconds. */
const REST_PATIENCE = 10_000;
/** And so long in all, behind an open door: one at work, among others on a busy machine, may be slow to read what it is told. */
const OPEN_DOOR_PATIENCE = 60_000;
/** What a hook has claimed stands in the transcript once all hooks of that moment are through: a person's own may be slow. */
const CLAIM_PATIENCE = 120_000;

/** How long something may last, in milliseconds. */
interface Limit {
  of: 'rest' | 'all';
  patience: number;
}

export class Overdue {
  readonly #world: World;
  readonly #mail: Pick<Mail, 'isClaimed'>;
  readonly #now: () => number;
  /** Since when a sign is missed (on the clock that nobody sets), by token, state and limit. */
  #missed = new Map<string, number>();

  constructor(world: World, mail: Pick<Mail, 'isClaimed'>, now = () => performance.now()) {
    this.#world = world;
    this.#mail = mail;
    this.#now = now;
  }

  /** @returns the deliveries that are overdue, and after how long one may next be, in milliseconds; null: none is waited for. */
  look(): { overdue: Delivery[]; next: number | null } {
    const before = this.#missed;
    this.#missed = new Map();
    const now = this.#now();
    const overdue: Delivery[] = [];
    let next: number | null = null;
    for (const delivery of this.#world.deliveries.values()) {
      const left = this.#limitsOf(delivery).map(({ of, patience }) => {
        const key = `${delivery.token} ${delivery.state} ${of}`;
        const since = before.get(key) ?? now;
        this.#missed.set(key, since);
        return since + patience - now;
      });
      if (left.length === 0) continue;
      const least = Math.min(...left);
      if (least <= 0) overdue.push(delivery);
      else next = Math.min(next ?? least, least);
    }
    return { overdue, next };
  }

  /** Claude writes no transcript where CLAUDE_CODE_SKIP_PROMPT_HISTORY is set: its hook's word counts, if the turn was answered. */
  isToldAllTheSame({ to, door, state }: Delivery): boolean {
    const session = this.#world.sessions.get(to);
    const transcript = session?.launch?.transcript ?? null;
    const isTaken = state === 'accepted' || door === 'hook';
    return (
      isTaken && session?.last?.outcome === 'completed' && transcript !== null && !existsSync(transcript)
    );
  }

  /** How long a sign of this delivery may still take, as things stand; none: as long as it likes. */
  #limitsOf({ token, to, door, state }: Delivery): Limit[] {
    // A shell prints at its next prompt, and a queue looks after itself.
    if (door === 'print' || door === 'queue') return [];
    const session = this.#world.sessions.get(to);
    if (!session?.launch?.ready || session.status === 'waiting') return [];
    const isAtRest = session.status === 'idle' && underWay(session) === null;
    // At rest an agent has nothing in its queue: a person's own hook may have kept a prompt from it, or an Esc.
    const rest: Limit[] = isAtRest ? [{ of: 'rest', patience: REST_PATIENCE }] : [];
    if (state === 'accepted') return rest;
    if (door === 'hook')
      return this.#mail.isClaimed(to, token) ? [{ of: 'all', patience: CLAIM_PATIENCE }] : [];
    return [...rest, { of: 'all', patience: OPEN_DOOR_PATIENCE }];
  }
}
