/**
 * Which deliveries have waited too long for a sign in their recipient's transcript: what an agent took and does not show there it
 * has dropped, or died over.
 */
import { existsSync } from 'node:fs';
import type { Delivery, World } from '../../domain/world.js';
import type { Mail } from './mail.js';

/** Behind an open door, or accepted and the agent at rest, in milliseconds. */
const ACCEPTANCE_PATIENCE = 10_000;
/** What a hook has claimed stands in the transcript once all hooks of that moment are through: a person's own may be slow. */
const CLAIM_PATIENCE = 120_000;

export class Overdue {
  readonly #world: World;
  readonly #mail: Mail;
  /** Since when a sign is missed (on the clock that nobody sets), by token and state. */
  #missed = new Map<string, number>();

  constructor(world: World, mail: Mail) {
    this.#world = world;
    this.#mail = mail;
  }

  /** @returns the deliveries that are overdue, and after how long one may next be, in milliseconds; null: none is waited for. */
  look(): { overdue: Delivery[]; next: number | null } {
    const before = this.#missed;
    this.#missed = new Map();
    const now = performance.now();
    const overdue: Delivery[] = [];
    let next: number | null = null;
    for (const delivery of this.#world.deliveries.values()) {
      const patience = this.#patienceFor(delivery);
      if (patience === null) continue;
      const key = `${delivery.token} ${delivery.state}`;
      const since = before.get(key) ?? now;
      this.#missed.set(key, since);
      const left = since + patience - now;
      if (left <= 0) overdue.push(delivery);
      else next = Math.min(next ?? left, left);
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

  /** How long a sign of this delivery may still take, as things stand, in milliseconds; null: as long as it likes. */
  #patienceFor({ token, to, door, state }: Delivery): number | null {
    // A shell prints at its next prompt, and a queue looks after itself.
    if (door === 'print' || door === 'queue') return null;
    const session = this.#world.sessions.get(to);
    if (!session?.launch?.ready || session.status === 'waiting') return null;
    // At rest an agent has nothing in its queue: a person's own hook may have kept a prompt from it, or an Esc.
    if (state === 'accepted') return session.status === 'idle' ? ACCEPTANCE_PATIENCE : null;
    if (door === 'hook') return this.#mail.isClaimed(to, token) ? CLAIM_PATIENCE : null;
    return ACCEPTANCE_PATIENCE;
  }
}
