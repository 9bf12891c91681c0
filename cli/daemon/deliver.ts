/**
 * Hands the pending events to the sessions that are to be told. Which door: a shell prints (`print`); a claude gets them
 * by its own `actor mcp` (`mcp`), a codex by its own queue (`queue`), or, without that, each by its hooks at a turn's boundary
 * (`hook`). Never by keys or a paste.
 *
 * Written down before it is handed out, and closed only by the receiving agent's own transcript; see `DeliveryState`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { recipientOf } from '../domain/event.js';
import { fitting, messageOf, type Told } from '../domain/message.js';
import type { Door } from '../domain/record.js';
import type { Delivery, Pending, Session } from '../domain/world.js';
import type { ActorEvent } from '../protocol.js';
import { Alarm } from './alarm.js';
import type { Daemon } from './context.js';
import { point } from './fault.js';
import { isMailDoor, Mail } from './mail.js';
import { QueueDoor } from './queue-door.js';

/** An agent drops messages that come faster (claude: 30 in a burst), in milliseconds. */
const BATCH_INTERVAL = 1000;
/** So many Stops in a row may be held up by events, and this is how long a row lasts, in milliseconds. */
const MOST_BLOCKS = 3;
const BLOCK_MEMORY = 60_000;
/** A completion waits at most this long for the diff of its turn, and looks this often, in milliseconds. */
const DIFF_PATIENCE = 100;
const DIFF_STEP = 20;
/** A message of which there is no sign for this long is lost: behind an open door, or accepted and the agent at rest. In milliseconds. */
const ACCEPTANCE_PATIENCE = 10_000;
/** What a hook has claimed stands in the transcript once all hooks of that moment are through: a person's own may be slow. */
const CLAIM_PATIENCE = 120_000;
/**
 * The longest message of a door, in bytes. Beyond 10,000 of what a hook says claude shows its model the first 2 KB (and names a
 * file), and codex cuts out the middle: found out with both. A queue's message is an argument, of at most 128 KiB.
 */
const LONGEST: Record<Door, number> = {
  hook: 9_500,
  queue: 90_000,
  mcp: 90_000,
  print: Number.POSITIVE_INFINITY,
};
const NEVER = Number.NEGATIVE_INFINITY;
/** As long as every token. */
const PLAIN_TOKEN = '0'.repeat(16);
/** An inbox that lost or refused a message is not used for this long, in milliseconds: meanwhile the hooks deliver. */
const DISTRUST = 60_000;

export class Post {
  readonly #daemon: Daemon;
  readonly #mail: Mail;
  readonly #lastOffer = new Map<string, number>();
  readonly #blocks = new Map<string, { count: number; at: number }>();
  /** The deliveries that this process handed to an inbox. */
  readonly #handed = new Set<string>();
  /** Since when a sign of a delivery is missed (on the clock that nobody sets), by token and state. */
  #missed = new Map<string, number>();
  /** Until when the inbox of a launch is not used. */
  readonly #distrusted = new Map<string, number>();
  readonly #queue: QueueDoor;
  readonly #alarm = new Alarm(() => this.poke());
  #isPoked = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    this.#mail = new Mail(daemon.places.mail);
    this.#queue = new QueueDoor(daemon, {
      withdraw: (delivery, certain) => this.#withdraw(delivery, certain),
      again: delay => this.#alarm.in(delay),
    });
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
        this.#alarm.in(BATCH_INTERVAL);
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
    return session ? this.#queue.kept(session) : [];
  }

  /** Withdraws what waits for a hook of this session and was not claimed. @returns whether there was any. */
  #takeBackUnclaimed(session: string): boolean {
    let wasAny = false;
    for (const delivery of this.#daemon.ledger.world.deliveries.values()) {
      if (delivery.to !== session || delivery.door !== 'hook' || !this.#takeBack(delivery)) continue;
      this.#uncountBlock(session);
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
    const count = last && performance.now() - last.at < BLOCK_MEMORY ? last.count + 1 : 1;
    this.#blocks.set(session, { count, at: performance.now() });
    this.#mail.allowBlocks(session, count <= MOST_BLOCKS);
  }

  /** What was counted held nobody up. */
  #uncountBlock(session: string): void {
    const blocks = this.#blocks.get(session);
    if (blocks) blocks.count--;
  }

  /** The MCP server of a session says that it could not hand this in. */
  refused(token: string, why: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (delivery?.state !== 'offered') return;
    this.#daemon.log(`${delivery.to}: its inbox refused events: ${why}`);
    this.#withdraw(delivery, true);
    this.#distrust(delivery.launch);
    this.#alarm.in(BATCH_INTERVAL);
  }

  #deliver(): void {
    this.#withdrawLost();
    this.#queue.look();
    this.#handAgain();
    this.#takeToOpenDoors();
    for (const [recipient, waiting] of this.#byRecipient()) {
      try {
        this.#deliverTo(recipient, waiting);
      } catch (error) {
        // Its mail cannot be written, say: that is no reason to keep the others waiting.
        this.#daemon.log(`deliveries to ${recipient.definition.name}`, error);
        this.#alarm.in(BATCH_INTERVAL);
      }
    }
  }

  #deliverTo(recipient: Session, waiting: Pending[]): void {
    const { name } = recipient.definition;
    const door = this.#doorOf(recipient);
    if (!door || !recipient.launch) return;
    const wait = BATCH_INTERVAL - (performance.now() - (this.#lastOffer.get(name) ?? NEVER));
    if ((door === 'mcp' || door === 'queue') && wait > 0) {
      this.#alarm.in(wait);
      return;
    }
    // Each message of a queue is a turn: what happens meanwhile goes into the next one, and nothing overtakes.
    if (door === 'queue' && this.#queue.isTaken(recipient)) return;
    if (door !== 'print' && waiting.some(({ event }) => this.#isDiffOnItsWay(event))) {
      this.#alarm.in(DIFF_STEP);
      return;
    }
    // There is one folder to claim: what lies in it unclaimed goes into the new one as well, until it is full.
    if (door === 'hook' && this.#isMailFull(recipient, waiting[0]!)) return;
    if (door === 'hook' && this.#takeBackUnclaimed(name)) {
      this.poke();
      return;
    }
    const count = fitting(this.#said(waiting), PLAIN_TOKEN, LONGEST[door]);
    this.#offer(recipient, recipient.launch.id, door, waiting.slice(0, count));
    if (count < waiting.length) this.#alarm.in(BATCH_INTERVAL);
  }

  /** Does no hook's answer have room for this event beside what lies ready? */
  #isMailFull(recipient: Session, event: Pending): boolean {
    const { deliveries, pending } = this.#daemon.ledger.world;
    const token = this.#mail.pending(recipient.definition.name);
    const lying = token === null ? undefined : deliveries.get(token);
    if (!lying) return false;
    const told = [...lying.events, event.event.id].sort((one, other) => one - other);
    const said = this.#said(told.map(id => pending.get(id)).filter(each => each !== undefined));
    return fitting(said, PLAIN_TOKEN, LONGEST.hook) < said.length;
  }

  #said(told: readonly Pending[]): Told[] {
    return told.map(({ event, redelivered }) => ({
      event: { ...event, diff: this.#diffOf(event.session) },
      redelivered,
    }));
  }

  /** What a turn changed is worth a moment's wait, so that its completion can say it. */
  #isDiffOnItsWay({ session, time, outcome }: ActorEvent): boolean {
    // Of an event from before the clock was set back nobody knows its age.
    const age = Date.now() - Date.parse(time);
    const isYoung = age >= 0 && age < DIFF_PATIENCE;
    return outcome !== null && isYoung && !this.#daemon.areFactsFresh(session);
  }

  /** Null as well when what its last turn changed is not known yet: an old number would be a wrong one. */
  #diffOf(session: string) {
    return this.#daemon.areFactsFresh(session) ? (this.#daemon.facts.get(session)?.diff ?? null) : null;
  }

  #byRecipient(): Map<Session, Pending[]> {
    const { world } = this.#daemon.ledger;
    const groups = new Map<Session, Pending[]>();
    for (const pending of world.pending.values()) {
      if (pending.token !== null) continue;
      const recipient = recipientOf(world, pending);
      if (!recipient) continue;
      const group = groups.get(recipient);
      if (group) group.push(pending);
      else groups.set(recipient, [pending]);
    }
    return groups;
  }

  #doorOf(session: Session): Door | null {
    if (!session.launch?.window) return null;
    const { doors } = this.#daemon.agentOf(session);
    if (doors.includes('print')) return 'print';
    const isDistrusted = performance.now() < (this.#distrusted.get(session.launch.id) ?? 0);
    if (doors.includes('mcp') && !isDistrusted && this.#daemon.doors.get(session.definition.name)?.isOpen)
      return 'mcp';
    if (doors.includes('queue') && this.#queue.isOpen(session)) return 'queue';
    // Taken back if the better door opens before a hook has claimed it.
    return doors.includes('hook') ? 'hook' : null;
  }

  #offer(recipient: Session, launch: string, door: Door, told: Pending[]): void {
    const { name } = recipient.definition;
    const events = told.map(({ event }) => event.id);
    // Grows with the events, so that mail files in the order of their names are in the order of what happened.
    const token = `${String(events[0]).padStart(8, '0')}${randomBytes(4).toString('hex')}`;
    const said = this.#said(told);
    if (door === 'hook') this.#countBlocks(name);
    try {
      if (isMailDoor(door)) this.#mail.draft(name, token, door, said, launch);
      point('after-mail-draft');
      this.#daemon.ledger.commit([
        { kind: 'delivery', token, to: name, launch, door, events, state: 'offered' },
      ]);
    } catch (error) {
      // The disk is full, say: it is tried again, with another token.
      this.#mail.forget(name, token);
      if (door === 'hook') this.#uncountBlock(name);
      throw error;
    }
    point('after-offered');
    this.#lastOffer.set(name, performance.now());
    if (door === 'mcp') this.#hand(name, token, messageOf(said, token));
    else if (door === 'queue') this.#queue.put(recipient, token, messageOf(said, token));
    else this.#mail.publish(name, token);
    point('after-handed');
  }

  /** What waits for a hook of an agent whose inbox or queue is open now, or again, goes there: the hook may be long in coming. */
  #takeToOpenDoors(): void {
    const { sessions, deliveries } = this.#daemon.ledger.world;
    for (const { to, door } of deliveries.values()) {
      const recipient = door === 'hook' ? sessions.get(to) : undefined;
      if (recipient && this.#doorOf(recipient) !== 'hook') this.#takeBackUnclaimed(to);
    }
  }

  #hand(name: string, token: string, text: string): void {
    this.#handed.add(token);
    this.#daemon.doors.get(name)?.hand(token, text);
    this.poke();
  }

  /** What an earlier daemon offered to an inbox: its MCP server knows whether it has handed that in, and does so once. */
  #handAgain(): void {
    const { sessions, pending, deliveries } = this.#daemon.ledger.world;
    for (const { token, to, launch, door, events, state } of deliveries.values()) {
      if (door !== 'mcp' || state !== 'offered' || this.#handed.has(token)) continue;
      if (sessions.get(to)?.launch?.id !== launch || !this.#daemon.doors.get(to)?.isOpen) continue;
      const told = events.map(id => pending.get(id)).filter(each => each !== undefined);
      this.#hand(to, token, messageOf(told, token));
    }
  }

  #distrust(launch: string): void {
    this.#distrusted.set(launch, performance.now() + DISTRUST);
    this.#alarm.in(DISTRUST + 100);
  }

  /** What was taken and does not show in the transcript was dropped by the agent, or died on its way. */
  #withdrawLost(): void {
    const missed = this.#missed;
    this.#missed = new Map();
    const now = performance.now();
    for (const delivery of this.#daemon.ledger.world.deliveries.values()) {
      const patience = this.#patienceFor(delivery);
      if (patience === null) continue;
      const key = `${delivery.token} ${delivery.state}`;
      const since = missed.get(key) ?? now;
      this.#missed.set(key, since);
      if (now - since < patience) {
        this.#alarm.in(since + patience - now + 100);
        continue;
      }
      this.#settleMissed(delivery);
    }
  }

  #settleMissed(delivery: Delivery): void {
    const { token, to, launch, door, events } = delivery;
    if (this.#isAllThereIs(delivery)) {
      this.#daemon.ledger.commit([{ kind: 'delivery', token, to, launch, door, events, state: 'seen' }]);
      return;
    }
    this.#daemon.log(`${to}: it lost the events ${events.join(', ')}`);
    this.#withdraw(delivery, false);
    if (door === 'mcp') this.#distrust(launch);
  }

  /** Claude writes no transcript where CLAUDE_CODE_SKIP_PROMPT_HISTORY is set: its hook's word counts, if the turn was answered. */
  #isAllThereIs({ to, door, state }: Delivery): boolean {
    const session = this.#daemon.ledger.world.sessions.get(to);
    const transcript = session?.launch?.transcript ?? null;
    const isTaken = state === 'accepted' || door === 'hook';
    return (
      isTaken && session?.last?.outcome === 'completed' && transcript !== null && !existsSync(transcript)
    );
  }

  /** How long a sign of this delivery may still take, as things stand, in milliseconds; null: as long as it likes. */
  #patienceFor({ token, to, door, state }: Delivery): number | null {
    // A shell prints at its next prompt, and the other one looks after itself.
    if (door === 'print' || door === 'queue') return null;
    const session = this.#daemon.ledger.world.sessions.get(to);
    if (!session?.launch?.ready || session.status === 'waiting') return null;
    // At rest an agent has nothing in its queue: a person's own hook may have kept a prompt from it, or an Esc.
    if (state === 'accepted') return session.status === 'idle' ? ACCEPTANCE_PATIENCE : null;
    if (door === 'hook') return this.#mail.isClaimed(to, token) ? CLAIM_PATIENCE : null;
    return ACCEPTANCE_PATIENCE;
  }

  #withdraw({ token, to, launch, door, events }: Delivery, certain: boolean): void {
    this.#daemon.ledger.commit([
      { kind: 'delivery', token, to, launch, door, events, state: 'withdrawn', certain },
    ]);
  }
}
