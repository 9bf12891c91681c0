/** The doors `print` and `hook`: events as files that a shell prints, or that a hook of the agent claims at a turn's boundary. */
import type { Told } from '../../domain/message.js';
import type { Delivery, Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { isMailDoor, Mail, type MailDoor } from './mail.js';
import type { Office } from './office.js';

/** So many Stops in a row may be held up by events, and this is how long a row lasts, in milliseconds. */
const MOST_BLOCKS = 3;
const BLOCK_MEMORY = 60_000;

export class MailDoors {
  readonly mail: Mail;
  readonly #daemon: Daemon;
  readonly #office: Office;
  /** By launch. */
  readonly #blocks = new Map<string, { count: number; at: number }>();
  /** What is on record as offered and may still have to be made claimable. */
  readonly #unpublished = new Set<string>();

  constructor(daemon: Daemon, office: Office) {
    this.#daemon = daemon;
    this.#office = office;
    this.mail = new Mail(daemon.places.mail);
  }

  /** After a restart: what was offered when the last daemon died may not be claimable yet. */
  recover(): void {
    for (const { door, state, token } of this.#daemon.ledger.world.deliveries.values())
      if (isMailDoor(door) && state === 'offered') this.#unpublished.add(token);
  }

  /** Makes claimable what could not be made so before. Throws what the file system throws. */
  look(): void {
    for (const token of this.#unpublished) this.put(token);
  }

  /** Prepares a delivery that is about to go on record. Throws what the file system throws. */
  draft(session: string, token: string, door: MailDoor, told: readonly Told[], launch: string): void {
    if (door === 'hook') this.#countBlock(session, launch);
    this.mail.draft(session, token, door, told, launch);
  }

  /** It did not go on record. */
  dropDraft(session: string, token: string, door: MailDoor, launch: string): void {
    if (door === 'hook') this.#uncountBlock(launch);
    this.mail.forget(session, token);
  }

  /** Makes a drafted delivery claimable that is on record as offered. Throws what the file system throws; {@link look} tries it again. */
  put(token: string): void {
    this.#unpublished.add(token);
    const delivery = this.#daemon.ledger.world.deliveries.get(token);
    if (delivery?.state === 'offered') this.mail.publish(delivery.to, token);
    this.#unpublished.delete(token);
  }

  /** The delivery that lies ready for a hook of this session. It may be claimed at any moment. */
  lying({ definition }: Session): Delivery | undefined {
    const token = this.mail.pending(definition.name);
    return token === null ? undefined : this.#daemon.ledger.world.deliveries.get(token);
  }

  /** Withdraws this delivery from its mail if it is certain that nobody claimed it. @returns whether it was. */
  takeBack(delivery: Delivery): boolean {
    const { to, token, door, state } = delivery;
    if (state !== 'offered' || !isMailDoor(door) || !this.mail.takeBack(to, token, door)) return false;
    this.#office.withdraw(delivery, true);
    this.mail.forget(to, token);
    return true;
  }

  /** Withdraws what waits for a hook of this session and was not claimed. @returns whether there was any. */
  takeBackUnclaimed(session: string): boolean {
    let wasAny = false;
    for (const delivery of this.#daemon.ledger.world.deliveries.values()) {
      if (delivery.to !== session || delivery.door !== 'hook' || !this.takeBack(delivery)) continue;
      this.#uncountBlock(delivery.launch);
      wasAny = true;
    }
    return wasAny;
  }

  /** An agent that is held up at its Stop again and again never comes to rest: after some in a row it shall. */
  #countBlock(session: string, launch: string): void {
    const now = performance.now();
    for (const [other, { at }] of this.#blocks) if (now - at >= BLOCK_MEMORY) this.#blocks.delete(other);
    const count = (this.#blocks.get(launch)?.count ?? 0) + 1;
    this.#blocks.set(launch, { count, at: now });
    this.mail.allowBlocks(session, count <= MOST_BLOCKS);
  }

  /** What was counted held nobody up. */
  #uncountBlock(launch: string): void {
    const blocks = this.#blocks.get(launch);
    if (blocks) blocks.count--;
  }
}
