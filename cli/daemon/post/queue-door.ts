/**
 * The door `queue`: events as messages in an agent's own queue. Each becomes a turn of its own when the agent takes it; in
 * between it stands in the agent's files, where it outlives the agent with its conversation, and this daemon.
 */
import { isQueuePaused } from '../../domain/event.js';
import type { Delivery, Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { point } from '../fault.js';
import { isRunningWith } from '../processes.js';
import { enqueue, isQueued, wasEnqueued } from './enqueue.js';
import type { Office } from './office.js';

/** Whether what a dead daemon had begun to put into a queue is still on its way is looked at this often, in milliseconds. */
const STEP = 500;
/** A queue that did not take a message is tried again after this time, the next time after twice as long, in milliseconds. */
const RETRY = 2000;
const LONGEST_RETRY = 60_000;
/** What has to come out of an idle agent's queue by itself is looked for this often: codex looks every 10 s. In milliseconds. */
const LOOK = 30_000;
/** At most this often, whatever happens meanwhile, in milliseconds. */
const LOOK_PAUSE = 2000;
/** What left the queue and does not show in the transcript for this long was lost, in milliseconds. */
const LOST_AFTER = 10_000;

export class QueueDoor {
  readonly #daemon: Daemon;
  readonly #office: Office;
  /** Deliveries that this process has begun to put in. */
  readonly #begun = new Set<string>();
  /** Those of them that an agent's own command is putting in just now. */
  readonly #entering = new Set<string>();
  /** How often in a row the queue of a launch took nothing, and until when it is not tried again. */
  readonly #failures = new Map<string, { count: number; until: number }>();
  /** When a delivery was first found to have left its queue without having been seen. */
  readonly #missing = new Map<string, number>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(daemon: Daemon, office: Office) {
    this.#daemon = daemon;
    this.#office = office;
  }

  /** A queue that the agent holds back flows after the next turn only, at whose beginning a hook claims. */
  isOpen(session: Session): boolean {
    const until = session.launch ? (this.#failures.get(session.launch.id)?.until ?? 0) : 0;
    return performance.now() >= until && !isQueuePaused(session) && this.#command(session, '') !== null;
  }

  /** Is there a message for this session on its way, or in its queue? */
  isTaken({ definition }: Session): boolean {
    return this.#all().some(({ to }) => to === definition.name);
  }

  /** The deliveries to this session that stand in its queue, or may yet do so. */
  kept(session: Session): string[] {
    return this.#all()
      .filter(({ to }) => to === session.definition.name)
      .map(({ token }) => token)
      .filter(token => this.#entering.has(token) || this.#isQueued(session, token));
  }

  /** Puts a delivery in that is on record as offered. */
  put(session: Session, token: string, text: string): void {
    const command = this.#command(session, text);
    const { running } = this.#daemon.workerOf(session);
    this.#begun.add(token);
    if (!command || !running) {
      this.#refused(token, 'it is closed');
      return;
    }
    const { view } = running;
    const agent = this.#daemon.agentOf(session);
    this.#entering.add(token);
    enqueue(command, view)
      .then(
        () => {
          point('after-enqueued');
          this.#accepted(token);
        },
        // Ended over its time limit, it may have done its work.
        (error: Error) =>
          wasEnqueued(agent, view, token) ? this.#accepted(token) : this.#refused(token, error.message),
      )
      .catch(error => this.#daemon.log('deliveries', error))
      .finally(() => this.#entering.delete(token));
  }

  /** Finds out what became of the messages: of an earlier daemon's, and of those that should have been taken by now. */
  look(): void {
    const { deliveries } = this.#daemon.ledger.world;
    for (const tokens of [this.#begun, this.#missing])
      for (const token of tokens.keys()) if (!deliveries.has(token)) tokens.delete(token);
    for (const delivery of this.#all())
      if (delivery.state === 'offered' && !this.#begun.has(delivery.token)) this.#settle(delivery);
    this.#withdrawLost();
  }

  #all(): Delivery[] {
    return [...this.#daemon.ledger.world.deliveries.values()].filter(({ door }) => door === 'queue');
  }

  #command(session: Session, text: string): string[] | null {
    const { running } = this.#daemon.workerOf(session);
    return running ? (this.#daemon.agentOf(session).enqueue?.(running.view, text) ?? null) : null;
  }

  #accepted(token: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (delivery?.state !== 'offered') return;
    const { to, launch, door, events } = delivery;
    this.#failures.delete(launch);
    this.#daemon.ledger.commit([{ kind: 'delivery', token, to, launch, door, events, state: 'accepted' }]);
    this.#office.again(LOOK);
  }

  /** Codex says at the beginning of its first turn where its rollout will be, and takes nothing before it is there. */
  #refused(token: string, why: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (delivery?.state !== 'offered') return;
    const { to, launch } = delivery;
    const count = this.#failures.get(launch)?.count ?? 0;
    const pause = Math.min(RETRY * 2 ** count, LONGEST_RETRY);
    this.#failures.set(launch, { count: count + 1, until: performance.now() + pause });
    this.#daemon.log(`${to}: its queue took no events: ${why}`);
    this.#office.withdraw(delivery, true);
    this.#office.again(STEP);
    setTimeout(() => this.#office.again(0), pause + 50).unref();
  }

  /** What an earlier daemon was putting into an agent's queue: its command may be at it still. */
  #settle(delivery: Delivery): void {
    const { to, token } = delivery;
    const session = this.#daemon.ledger.world.sessions.get(to);
    const running = session && this.#daemon.workerOf(session).running;
    // Before the look at the queue: in between it may have arrived.
    const isOnItsWay = isRunningWith(token);
    if (!session || !running) {
      // Its agent went while the message was on its way, and then the daemon that knew.
      if (!session?.launch) this.#office.withdraw(delivery, false);
    } else if (wasEnqueued(this.#daemon.agentOf(session), running.view, token)) this.#accepted(token);
    else if (isOnItsWay) this.#office.again(STEP);
    else this.#refused(token, 'it does not stand there');
  }

  /** Does it wait in the agent's queue now? null: nobody can tell. */
  #isQueued(session: Session, token: string): boolean | null {
    const { running } = this.#daemon.workerOf(session);
    return running ? isQueued(this.#daemon.agentOf(session), running.view, token) : null;
  }

  /** An agent that is interrupted between taking a message out of its queue and beginning the turn loses it. */
  #withdrawLost(): void {
    const accepted = this.#all().filter(({ state }) => state === 'accepted');
    if (accepted.length === 0) return;
    const rest = LOOK_PAUSE - (performance.now() - this.#lookedAt);
    if (rest > 0) {
      this.#office.again(rest);
      return;
    }
    this.#lookedAt = performance.now();
    for (const delivery of accepted) this.#lookFor(delivery);
  }

  #lookFor(delivery: Delivery): void {
    const { to, token, events } = delivery;
    const session = this.#daemon.ledger.world.sessions.get(to);
    if (session?.status !== 'idle' || this.#isQueued(session, token) !== false) {
      this.#missing.delete(token);
      if (session?.status === 'idle' && !isQueuePaused(session)) this.#office.again(LOOK);
      return;
    }
    const since = this.#missing.get(token) ?? performance.now();
    this.#missing.set(token, since);
    const wait = LOST_AFTER - (performance.now() - since);
    if (wait > 0) {
      this.#office.again(wait + 50);
      return;
    }
    this.#missing.delete(token);
    this.#daemon.log(`${to}: its queue lost the events ${events.join(', ')}`);
    this.#office.withdraw(delivery, false);
  }
}
