/** The door `mcp`: events as messages that a session's own MCP server hands to its agent, whatever a person has begun to type. */
import { messageOf } from '../../domain/message.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import type { Office } from './office.js';

/** An inbox that lost or refused a message is not used for this long, in milliseconds: meanwhile the hooks deliver. */
const DISTRUST = 60_000;
/** When a message that was refused is offered elsewhere, in milliseconds. */
const RETRY = 1000;

export class InboxDoor {
  readonly #daemon: Daemon;
  readonly #office: Office;
  /** The deliveries that this process handed in. */
  readonly #handed = new Set<string>();
  /** Until when the inbox of a launch is not used. */
  readonly #distrusted = new Map<string, number>();

  constructor(daemon: Daemon, office: Office) {
    this.#daemon = daemon;
    this.#office = office;
  }

  isOpen({ definition, launch }: Session): boolean {
    const isDistrusted = launch !== null && performance.now() < (this.#distrusted.get(launch.id) ?? 0);
    return !isDistrusted && this.#daemon.doors.get(definition.name)?.isOpen === true;
  }

  /** Hands a delivery in that is on record as offered. */
  put(session: string, token: string, text: string): void {
    this.#handed.add(token);
    this.#daemon.doors.get(session)?.hand(token, text);
    this.#office.again(0);
  }

  /** What an earlier daemon offered to an inbox: its MCP server knows whether it has handed that in, and does so once. */
  look(): void {
    const { sessions, pending, deliveries } = this.#daemon.ledger.world;
    for (const token of this.#handed) if (!deliveries.has(token)) this.#handed.delete(token);
    for (const { token, to, launch, door, events, state } of deliveries.values()) {
      if (door !== 'mcp' || state !== 'offered' || this.#handed.has(token)) continue;
      if (sessions.get(to)?.launch?.id !== launch || !this.#daemon.doors.get(to)?.isOpen) continue;
      const told = events.map(id => pending.get(id)).filter(each => each !== undefined);
      this.put(to, token, messageOf(told, token));
    }
  }

  /** The MCP server says that it could not hand this in. */
  refused(token: string, why: string): void {
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (delivery?.state !== 'offered') return;
    this.#daemon.log(`${delivery.to}: its inbox refused events: ${why}`);
    this.#office.withdraw(delivery, true);
    this.distrust(delivery.launch);
    this.#office.again(RETRY);
  }

  /** The inbox of this launch has lost a message: for a while the hooks deliver. */
  distrust(launch: string): void {
    const now = performance.now();
    for (const [other, until] of this.#distrusted) if (until < now) this.#distrusted.delete(other);
    this.#distrusted.set(launch, now + DISTRUST);
    this.#office.again(DISTRUST + 100);
  }
}
