/**
 * Hands the pending events to the sessions that are to be told. Which door: a shell prints (`print`); a claude gets them
 * by its own `actor mcp` (`mcp`), a codex by its own queue (`queue`), or, without that, each by its hooks at a turn's boundary
 * (`hook`). Never by keys or a paste.
 *
 * Written down before it is handed out, and closed only by the receiving agent's own transcript; see `DeliveryState`.
 */
import { randomBytes } from 'node:crypto';
import { recipientOf } from '../../domain/event.js';
import { fitting, messageOf } from '../../domain/message.js';
import type { Door } from '../../domain/record.js';
import type { Delivery, Pending, Session } from '../../domain/world.js';
import { Alarm } from '../alarm.js';
import type { Daemon } from '../context.js';
import { point } from '../fault.js';
import { InboxDoor } from './inbox-door.js';
import { isMailDoor } from './mail.js';
import { MailDoors } from './mail-doors.js';
import type { Office } from './office.js';
import { Overdue } from './overdue.js';
import { QueueDoor } from './queue-door.js';
import { isDiffOnItsWay, toldOf } from './told.js';

/** An agent drops messages that come faster (claude: 30 in a burst), in milliseconds. */
const BATCH_INTERVAL = 1000;
/** Whether the diff of a turn is there is looked at this often, in milliseconds. */
const DIFF_STEP = 20;
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

export class Post {
  readonly #daemon: Daemon;
  readonly #lastOffer = new WeakMap<Session, number>();
  readonly #overdue: Overdue;
  readonly #mail: MailDoors;
  readonly #inbox: InboxDoor;
  readonly #queue: QueueDoor;
  readonly #alarm = new Alarm(() => this.poke());
  #isPoked = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    const office: Office = {
      withdraw: (delivery, certain) => this.#withdraw(delivery, certain),
      again: delay => this.#alarm.in(delay),
    };
    this.#mail = new MailDoors(daemon, office);
    this.#inbox = new InboxDoor(daemon, office);
    this.#queue = new QueueDoor(daemon, office);
    this.#overdue = new Overdue(daemon.ledger.world, this.#mail.mail);
  }

  poke(): void {
    if (this.#isPoked || !this.#daemon.isReconciled) return;
    this.#isPoked = true;
    setImmediate(() => {
      this.#isPoked = false;
      this.#deliver();
    });
  }

  /** After a restart: finishes what was offered when the last daemon died. */
  recover(): void {
    this.#mail.recover();
  }

  /** See {@link Daemon.settleUnclaimed}. */
  settleUnclaimed(launch: string): string[] {
    const { sessions, deliveries } = this.#daemon.ledger.world;
    for (const delivery of deliveries.values()) if (delivery.launch === launch) this.#mail.takeBack(delivery);
    const session = [...sessions.values()].find(each => each.launch?.id === launch);
    return session ? this.#queue.kept(session) : [];
  }

  /** See {@link Daemon.refused}. */
  refused(token: string, why: string): void {
    this.#inbox.refused(token, why);
  }

  /** One that fails (its mail cannot be written, say) is no reason to keep the others waiting. */
  #deliver(): void {
    this.#attempt('overdue deliveries', () => this.#settleOverdue());
    this.#attempt('queues', () => this.#queue.look());
    this.#attempt('inboxes', () => this.#inbox.look());
    this.#attempt('mail', () => this.#mail.look());
    this.#attempt('open doors', () => this.#takeToOpenDoors());
    for (const [recipient, waiting] of this.#byRecipient())
      this.#attempt(`deliveries to ${recipient.definition.name}`, () => this.#deliverTo(recipient, waiting));
  }

  #attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#daemon.log(what, error);
      this.#alarm.in(BATCH_INTERVAL);
    }
  }

  #deliverTo(recipient: Session, waiting: Pending[]): void {
    const { name } = recipient.definition;
    const door = this.#doorOf(recipient);
    if (!door || !recipient.launch) return;
    const wait = BATCH_INTERVAL - (performance.now() - (this.#lastOffer.get(recipient) ?? NEVER));
    if ((door === 'mcp' || door === 'queue') && wait > 0) {
      this.#alarm.in(wait);
      return;
    }
    // Each message of a queue is a turn: what happens meanwhile goes into the next one, and nothing overtakes.
    if (door === 'queue' && this.#queue.isTaken(recipient)) return;
    if (door !== 'print' && waiting.some(({ event }) => isDiffOnItsWay(this.#daemon, event))) {
      this.#alarm.in(DIFF_STEP);
      return;
    }
    // There is one folder to claim: what lies in it unclaimed goes into the new one as well, until it is full.
    if (door === 'hook' && this.#isMailFull(recipient, waiting[0]!)) return;
    if (door === 'hook' && this.#mail.takeBackUnclaimed(name)) {
      this.poke();
      return;
    }
    const count = fitting(toldOf(this.#daemon, waiting), PLAIN_TOKEN, LONGEST[door]);
    this.#offer(recipient, recipient.launch.id, door, waiting.slice(0, count));
    if (count < waiting.length) this.#alarm.in(BATCH_INTERVAL);
  }

  /** Does no hook's answer have room for this event beside what lies ready? */
  #isMailFull(recipient: Session, event: Pending): boolean {
    const { pending } = this.#daemon.ledger.world;
    const lying = this.#mail.lying(recipient);
    if (!lying) return false;
    const told = [...lying.events, event.event.id].sort((one, other) => one - other);
    const said = toldOf(
      this.#daemon,
      told.map(id => pending.get(id)).filter(each => each !== undefined),
    );
    return fitting(said, PLAIN_TOKEN, LONGEST.hook) < said.length;
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
    if (doors.includes('mcp') && this.#inbox.isOpen(session)) return 'mcp';
    if (doors.includes('queue') && this.#queue.isOpen(session)) return 'queue';
    // Taken back if the better door opens before a hook has claimed it.
    return doors.includes('hook') ? 'hook' : null;
  }

  #offer(recipient: Session, launch: string, door: Door, told: Pending[]): void {
    const { name } = recipient.definition;
    const events = told.map(({ event }) => event.id);
    // Grows with the events, so that mail files in the order of their names are in the order of what happened.
    const token = `${String(events[0]).padStart(8, '0')}${randomBytes(4).toString('hex')}`;
    const said = toldOf(this.#daemon, told);
    try {
      if (isMailDoor(door)) this.#mail.draft(name, token, door, said, launch);
      point('after-mail-draft');
      this.#daemon.ledger.commit([
        { kind: 'delivery', token, to: name, launch, door, events, state: 'offered' },
      ]);
    } catch (error) {
      // The disk is full, say: it is tried again, with another token.
      if (isMailDoor(door)) this.#mail.dropDraft(name, token, door, launch);
      throw error;
    }
    point('after-offered');
    this.#lastOffer.set(recipient, performance.now());
    if (door === 'mcp') this.#inbox.put(name, token, messageOf(said, token));
    else if (door === 'queue') this.#queue.put(recipient, token, messageOf(said, token));
    else this.#mail.put(token);
    point('after-handed');
  }

  /**
   * What waits for a hook of an agent whose inbox or queue is open now, or again, goes there: the hook may be long in coming. Not
   * into a queue in the middle of a turn, which a hook ends sooner than the queue is looked at; one may be claiming it just now.
   */
  #takeToOpenDoors(): void {
    const { sessions, deliveries } = this.#daemon.ledger.world;
    for (const { to, door } of deliveries.values()) {
      const recipient = door === 'hook' ? sessions.get(to) : undefined;
      if (!recipient) continue;
      const better = this.#doorOf(recipient);
      if (better !== 'hook' && !(better === 'queue' && recipient.turn)) this.#mail.takeBackUnclaimed(to);
    }
  }

  #settleOverdue(): void {
    const { overdue, next } = this.#overdue.look();
    if (next !== null) this.#alarm.in(next + 100);
    for (const delivery of overdue)
      this.#attempt(`deliveries to ${delivery.to}`, () => this.#settle(delivery));
  }

  /** An overdue delivery was told all the same, or is lost. */
  #settle(delivery: Delivery): void {
    const { token, to, launch, door, events } = delivery;
    if (this.#overdue.isToldAllTheSame(delivery)) {
      this.#daemon.ledger.commit([{ kind: 'delivery', token, to, launch, door, events, state: 'seen' }]);
      return;
    }
    this.#daemon.log(`${to}: it lost the events ${events.join(', ')}`);
    this.#withdraw(delivery, false);
    if (door === 'mcp') this.#inbox.distrust(launch);
  }

  #withdraw({ token, to, launch, door, events }: Delivery, certain: boolean): void {
    this.#daemon.ledger.commit([
      { kind: 'delivery', token, to, launch, door, events, state: 'withdrawn', certain },
    ]);
  }
}
