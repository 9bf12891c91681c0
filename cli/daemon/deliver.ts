/**
 * Hands the pending events to the sessions that are to be told. Which door: a shell prints (`print`); a claude gets them
 * by its own `actor mcp` (`mcp`), a codex by its own queue (`queue`), or, without that, each by its hooks at a turn's boundary
 * (`hook`). Never by keys or a paste.
 *
 * Written down before it is handed out, and closed only by the receiving agent's own transcript; see `DeliveryState`.
 */
import { randomBytes } from 'node:crypto';
import { isQueuePaused, recipientOf } from '../domain/event.js';
import { messageOf } from '../domain/message.js';
import type { Door } from '../domain/record.js';
import type { Delivery, Pending, Session } from '../domain/world.js';
import type { ActorEvent } from '../protocol.js';
import type { Daemon } from './context.js';
import { enqueue, isQueued, wasEnqueued } from './enqueue.js';
import { point } from './fault.js';
import { isMailDoor, Mail } from './mail.js';
import { isRunningWith } from './processes.js';

/** An agent drops messages that come faster (claude: 30 in a burst), in milliseconds. */
const BATCH_INTERVAL = 1000;
/** So many Stops in a row may be held up by events, and this is how long a row lasts, in milliseconds. */
const MOST_BLOCKS = 3;
const BLOCK_MEMORY = 60_000;
/** A completion waits at most this long for the diff of its turn, and looks this often, in milliseconds. */
const DIFF_PATIENCE = 300;
const DIFF_STEP = 30;
/** An open door that shows no sign of the message for this long has lost it, in milliseconds. */
const ACCEPTANCE_PATIENCE = 10_000;
/** What a hook has claimed stands in the transcript once all hooks of that moment are through: a person's own may be slow. */
const CLAIM_PATIENCE = 120_000;
/** So many events go into one message of a queue: it is an argument, of at most 128 KiB, and an event has 8 KiB of text. */
const MOST_QUEUED = 10;
/** Whether what a dead daemon had begun to put into a queue is still on its way is looked at this often, in milliseconds. */
const QUEUE_STEP = 500;
/** A queue that did not take a message is tried again after this time, the next time after twice as long, in milliseconds. */
const QUEUE_RETRY = 2000;
/** What has to come out of an idle agent's queue by itself is looked for this often: codex looks every 10 s. In milliseconds. */
const QUEUE_LOOK = 30_000;
/** At most this often, whatever happens meanwhile, in milliseconds. */
const QUEUE_LOOK_PAUSE = 2000;
/** An inbox that lost or refused a message is not used for this long, in milliseconds: meanwhile the hooks deliver. */
const DISTRUST = 60_000;

export class Post {
  readonly #daemon: Daemon;
  readonly #mail: Mail;
  readonly #lastOffer = new Map<string, number>();
  readonly #blocks = new Map<string, { count: number; at: number }>();
  /** When this process handed a delivery to an inbox, by token. */
  readonly #handed = new Map<string, number>();
  /** Until when the inbox or the queue of a launch is not used. */
  readonly #distrusted = new Map<string, number>();
  /** Deliveries that an agent's own command is putting into its queue just now. */
  readonly #entering = new Set<string>();
  /** How often in a row the queue of a launch took nothing. */
  readonly #queueFailures = new Map<string, number>();
  /** When a delivery was first found to have left its queue without having been seen. */
  readonly #missing = new Map<string, number>();
  #queuesLookedAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = 0;
  #isPoked = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    this.#mail = new Mail(daemon.places.mail);
  }

  poke(): void {
    if (this.#isPoked || !this.#daemon.isReconciled) return;
    this.#isPoked = true;
    setImmediate(() => {
      this.#isPoked = false;
      try {
        this.#deliver();
      } catch (error) {
        this.#daemon.log('deliveries', error);
        this.#again(BATCH_INTERVAL);
      }
    });
  }

  /** After a restart: finishes what was offered when the last daemon died. */
  recover(): void {
    for (const delivery of this.#daemon.ledger.world.deliveries.values())
      if (isMailDoor(delivery.door) && delivery.state === 'offered')
        this.#mail.publish(delivery.to, delivery.token);
  }

  /** See {@link Daemon.settleUnclaimed}. */
  settleUnclaimed(launch: string): string[] {
    const { sessions, deliveries } = this.#daemon.ledger.world;
    for (const delivery of deliveries.values()) if (delivery.launch === launch) this.#takeBack(delivery);
    const session = [...sessions.values()].find(each => each.launch?.id === launch);
    if (!session) return [];
    const own = [...deliveries.values()].filter(
      ({ to, door }) => to === session.definition.name && door === 'queue',
    );
    return own
      .map(({ token }) => token)
      .filter(token => this.#entering.has(token) || this.#isQueued(session, token));
  }

  /** A better door has opened: what no hook has claimed yet goes through it. */
  doorOpened(session: string): void {
    const recipient = this.#daemon.ledger.world.sessions.get(session);
    if (recipient && this.#doorOf(recipient) === 'mcp') this.#takeBackUnclaimed(session);
    this.poke();
  }

  /** Withdraws what waits for a hook of this session and was not claimed. @returns whether there was any. */
  #takeBackUnclaimed(session: string): boolean {
    let wasAny = false;
    for (const delivery of this.#daemon.ledger.world.deliveries.values()) {
      if (delivery.to !== session || delivery.door !== 'hook' || !this.#takeBack(delivery)) continue;
      // It held nobody up.
      const blocks = this.#blocks.get(session);
      if (blocks) blocks.count--;
      wasAny = true;
    }
    return wasAny;
  }

  /** Withdraws this delivery from its mail if it is certain that nobody claimed it. @returns whether it was. */
  #takeBack(delivery: Delivery): boolean {
    const { to, token, door, state } = delivery;
    if (state !== 'offered' || !isMailDoor(door) || !this.#mail.takeBack(to, token, door)) return false;
    this.#withdraw(delivery, true);
    this.#mail.forget(to, token);
    return true;
  }

  /** An agent that is held up at its Stop again and again never comes to rest: after some in a row it shall. */
  #countBlocks(session: string): void {
    const last = this.#blocks.get(session);
    const count = last && Date.now() - last.at < BLOCK_MEMORY ? last.count + 1 : 1;
    this.#blocks.set(session, { count, at: Date.now() });
    this.#mail.allowBlocks(session, count <= MOST_BLOCKS);
  }

  /** The MCP server of a session says that it could not hand this in. */
  refused(token: string, why: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (!delivery) return;
    this.#daemon.log(`${delivery.to}: its inbox refused events: ${why}`);
    this.#withdraw(delivery, true);
    this.#distrust(delivery.launch);
    this.#again(BATCH_INTERVAL);
  }

  #deliver(): void {
    this.#withdrawLost();
    this.#withdrawLostInQueue();
    this.#handAgain();
    this.#takeToQueues();
    for (const [recipient, waiting] of this.#byRecipient()) {
      const door = this.#doorOf(recipient);
      if (!door || !recipient.launch) continue;
      const wait = BATCH_INTERVAL - (Date.now() - (this.#lastOffer.get(recipient.definition.name) ?? 0));
      if ((door === 'mcp' || door === 'queue') && wait > 0) {
        this.#again(wait);
        continue;
      }
      // Each message of a queue is a turn: what happens meanwhile goes into the next one, and nothing overtakes.
      if (door === 'queue' && this.#hasQueued(recipient)) continue;
      if (door !== 'print' && waiting.some(({ event }) => this.#isDiffOnItsWay(event))) {
        this.#again(DIFF_STEP);
        continue;
      }
      // There is one folder to claim: what lies in it unclaimed goes into the new one as well.
      if (door === 'hook' && this.#takeBackUnclaimed(recipient.definition.name)) {
        this.poke();
        continue;
      }
      this.#offer(
        recipient,
        recipient.launch.id,
        door,
        door === 'queue' ? waiting.slice(0, MOST_QUEUED) : waiting,
      );
    }
  }

  /** What a turn changed is worth a moment's wait, so that its completion can say it. */
  #isDiffOnItsWay({ session, time, outcome }: ActorEvent): boolean {
    const isYoung = Date.now() - Date.parse(time) < DIFF_PATIENCE;
    return outcome !== null && isYoung && !this.#daemon.areFactsFresh(session);
  }

  #byRecipient(): Map<Session, Pending[]> {
    const { world } = this.#daemon.ledger;
    const groups = new Map<Session, Pending[]>();
    for (const pending of world.pending.values()) {
      if (pending.token !== null) continue;
      const recipient = recipientOf(world, pending);
      if (recipient) groups.set(recipient, [...(groups.get(recipient) ?? []), pending]);
    }
    return groups;
  }

  #doorOf(session: Session): Door | null {
    if (!session.launch?.window) return null;
    const { doors } = this.#daemon.agentOf(session);
    if (doors.includes('print')) return 'print';
    const isDistrusted = Date.now() < (this.#distrusted.get(session.launch.id) ?? 0);
    if (doors.includes('mcp') && !isDistrusted && this.#daemon.doors.get(session.definition.name)?.isOpen)
      return 'mcp';
    if (doors.includes('queue') && !isDistrusted && this.#isQueueOpen(session)) return 'queue';
    // Taken back if the better door opens before a hook has claimed it.
    return doors.includes('hook') ? 'hook' : null;
  }

  #offer(recipient: Session, launch: string, door: Door, told: Pending[]): void {
    const { name } = recipient.definition;
    const events = told.map(({ event }) => event.id);
    // Grows with the events, so that mail files in the order of their names are in the order of what happened.
    const token = `${String(events[0]).padStart(8, '0')}${randomBytes(4).toString('hex')}`;
    const said = told.map(({ event, redelivered }) => ({
      event: { ...event, diff: this.#daemon.facts.get(event.session)?.diff ?? null },
      redelivered,
    }));
    if (door === 'hook') this.#countBlocks(name);
    if (isMailDoor(door)) this.#mail.draft(name, token, door, said, launch);
    point('after-mail-draft');
    this.#daemon.ledger.commit([
      { kind: 'delivery', token, to: name, launch, door, events, state: 'offered' },
    ]);
    point('after-offered');
    this.#lastOffer.set(name, Date.now());
    if (door === 'mcp') this.#hand(name, token, messageOf(said, token));
    else if (door === 'queue') this.#enqueue(recipient, token, messageOf(said, token));
    else this.#mail.publish(name, token);
    point('after-handed');
  }

  /** A queue that the agent holds back flows after the next turn only, at whose beginning a hook claims. */
  #isQueueOpen(session: Session): boolean {
    return !isQueuePaused(session) && this.#enqueueing(session, '') !== null;
  }

  #hasQueued({ definition }: Session): boolean {
    const deliveries = [...this.#daemon.ledger.world.deliveries.values()];
    return deliveries.some(({ to, door }) => to === definition.name && door === 'queue');
  }

  /** What waits for a hook of an agent whose queue is open now, or again, goes there: the hook may be long in coming. */
  #takeToQueues(): void {
    const { sessions, deliveries } = this.#daemon.ledger.world;
    for (const { to, door } of deliveries.values()) {
      const recipient = door === 'hook' ? sessions.get(to) : undefined;
      if (recipient && this.#doorOf(recipient) === 'queue') this.#takeBackUnclaimed(to);
    }
  }

  #enqueueing(session: Session, text: string): string[] | null {
    const { running } = this.#daemon.workerOf(session);
    return running ? (this.#daemon.agentOf(session).enqueue?.(running.view, text) ?? null) : null;
  }

  #enqueue(session: Session, token: string, text: string): void {
    const argv = this.#enqueueing(session, text);
    const { running } = this.#daemon.workerOf(session);
    this.#handed.set(token, Date.now());
    if (!argv || !running) {
      this.#queueRefused(token, 'it is closed');
      return;
    }
    const { view } = running;
    const agent = this.#daemon.agentOf(session);
    this.#entering.add(token);
    enqueue(argv, view)
      .then(
        () => {
          point('after-enqueued');
          this.#accepted(token);
        },
        // Ended over its time limit, it may have done its work.
        (error: Error) =>
          wasEnqueued(agent, view, token) ? this.#accepted(token) : this.#queueRefused(token, error.message),
      )
      .catch(error => this.#daemon.log('deliveries', error))
      .finally(() => this.#entering.delete(token));
  }

  #accepted(token: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (delivery?.state !== 'offered') return;
    const { to, launch, door, events } = delivery;
    this.#queueFailures.delete(launch);
    this.#daemon.ledger.commit([{ kind: 'delivery', token, to, launch, door, events, state: 'accepted' }]);
    this.#again(QUEUE_LOOK);
  }

  /** Codex says at the beginning of its first turn where its rollout will be, and takes nothing before it is there. */
  #queueRefused(token: string, why: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (!delivery) return;
    const { to, launch } = delivery;
    const failures = this.#queueFailures.get(launch) ?? 0;
    const pause = Math.min(QUEUE_RETRY * 2 ** failures, DISTRUST);
    this.#queueFailures.set(launch, failures + 1);
    this.#daemon.log(`${to}: its queue took no events: ${why}`);
    this.#withdraw(delivery, true);
    this.#distrusted.set(launch, Date.now() + pause);
    this.#again(BATCH_INTERVAL);
    setTimeout(() => this.poke(), pause + 50).unref();
  }

  #hand(name: string, token: string, text: string): void {
    this.#handed.set(token, Date.now());
    this.#daemon.doors.get(name)?.hand(token, text);
    this.#again(ACCEPTANCE_PATIENCE + 100);
  }

  /** What an earlier daemon offered to an inbox: its MCP server knows whether it has handed that in, and does so once. */
  #handAgain(): void {
    const { sessions, pending, deliveries } = this.#daemon.ledger.world;
    for (const { token, to, launch, door, events, state } of deliveries.values()) {
      if (door === 'queue' && state === 'offered' && !this.#handed.has(token)) this.#settleQueued(token, to);
      if (door !== 'mcp' || state !== 'offered' || this.#handed.has(token)) continue;
      if (sessions.get(to)?.launch?.id !== launch || !this.#daemon.doors.get(to)?.isOpen) continue;
      const told = events.map(id => pending.get(id)).filter(each => each !== undefined);
      this.#hand(to, token, messageOf(told, token));
    }
  }

  /** What an earlier daemon was putting into an agent's queue: its command may be at it still. */
  #settleQueued(token: string, to: string): void {
    const { sessions, deliveries } = this.#daemon.ledger.world;
    const session = sessions.get(to);
    const running = session && this.#daemon.workerOf(session).running;
    // Before the look at the queue: in between it may have arrived.
    const isOnItsWay = isRunningWith(token);
    if (!session || !running) {
      // Its agent went while the message was on its way, and then the daemon that knew.
      if (!session?.launch) this.#withdraw(deliveries.get(token)!, false);
    } else if (wasEnqueued(this.#daemon.agentOf(session), running.view, token)) this.#accepted(token);
    else if (isOnItsWay) this.#again(QUEUE_STEP);
    else this.#queueRefused(token, 'it does not stand there');
  }

  /** Does it wait in the agent's queue now? null: nobody can tell. */
  #isQueued(session: Session, token: string): boolean | null {
    const { running } = this.#daemon.workerOf(session);
    return running ? isQueued(this.#daemon.agentOf(session), running.view, token) : null;
  }

  /** An agent that is interrupted between taking a message out of its queue and beginning the turn loses it. */
  #withdrawLostInQueue(): void {
    const accepted = [...this.#daemon.ledger.world.deliveries.values()].filter(
      ({ door, state }) => door === 'queue' && state === 'accepted',
    );
    if (accepted.length === 0) return;
    const rest = QUEUE_LOOK_PAUSE - (Date.now() - this.#queuesLookedAt);
    if (rest > 0) {
      this.#again(rest);
      return;
    }
    this.#queuesLookedAt = Date.now();
    for (const delivery of accepted) {
      const { to, token, events } = delivery;
      const session = this.#daemon.ledger.world.sessions.get(to);
      if (session?.status !== 'idle' || this.#isQueued(session, token) !== false) {
        this.#missing.delete(token);
        if (session?.status === 'idle' && !isQueuePaused(session)) this.#again(QUEUE_LOOK);
        continue;
      }
      const since = this.#missing.get(token) ?? Date.now();
      this.#missing.set(token, since);
      const wait = ACCEPTANCE_PATIENCE - (Date.now() - since);
      if (wait > 0) {
        this.#again(wait + 50);
        continue;
      }
      this.#missing.delete(token);
      this.#daemon.log(`${to}: its queue lost the events ${events.join(', ')}`);
      this.#withdraw(delivery, false);
    }
  }

  #distrust(launch: string): void {
    this.#distrusted.set(launch, Date.now() + DISTRUST);
  }

  /** What was taken and does not show in the transcript was dropped by the agent, or died on its way. */
  #withdrawLost(): void {
    for (const delivery of this.#daemon.ledger.world.deliveries.values()) {
      if (delivery.door === 'print' || delivery.door === 'queue' || delivery.state !== 'offered') continue;
      const session = this.#daemon.ledger.world.sessions.get(delivery.to);
      if (!session?.launch?.ready || session.status === 'waiting') continue;
      if (delivery.door === 'hook') {
        const claimed = this.#mail.claimedAt(delivery.to, delivery.token);
        if (claimed !== null && Date.now() - claimed >= CLAIM_PATIENCE) this.#withdraw(delivery, false);
        continue;
      }
      const handed = this.#handed.get(delivery.token) ?? this.#daemon.startedAt;
      const age = Date.now() - Math.max(delivery.at, handed);
      if (age < ACCEPTANCE_PATIENCE) {
        this.#again(ACCEPTANCE_PATIENCE - age + 100);
        continue;
      }
      this.#daemon.log(`${delivery.to}: its inbox lost the events ${delivery.events.join(', ')}`);
      this.#withdraw(delivery, false);
      this.#distrust(delivery.launch);
    }
  }

  #withdraw({ token, to, launch, door, events }: Delivery, certain: boolean): void {
    this.#daemon.ledger.commit([
      { kind: 'delivery', token, to, launch, door, events, state: 'withdrawn', certain },
    ]);
  }

  /** Looks again after this time, or earlier if that was to be done already. */
  #again(delay: number): void {
    const at = Date.now() + delay;
    if (this.#timer) {
      if (this.#timerAt <= at) return;
      clearTimeout(this.#timer);
    }
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.poke();
    }, delay);
  }
}
