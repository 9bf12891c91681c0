/**
 * `$ACTOR_HOME/mail/<session>/`: events as files that an agent's own hook claims by rename, so that it needs no daemon
 * alive. `<token>.print` is text for a shell; `pending/` is a folder with the ready answers for claude's hooks.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lineOf, messageOf, type Told } from '../../domain/message.js';
import type { Door } from '../../domain/record.js';

/** The file in `pending/` that names its delivery. */
const TOKEN = 'token';

/** The doors that are files here. */
export type MailDoor = Extract<Door, 'hook' | 'print'>;

export function isMailDoor(door: Door): door is MailDoor {
  return door === 'hook' || door === 'print';
}

export class Mail {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #folder(session: string): string {
    return path.join(this.#root, session);
  }

  /** Prepares a delivery that nobody can claim yet. Whatever an earlier agent left unclaimed goes. */
  draft(session: string, token: string, door: MailDoor, told: readonly Told[], launch: string): void {
    const folder = this.#folder(session);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (door === 'print') {
      // Ends with its receipt: a mark that the shell's terminal ignores and its recorded output shows.
      const text = `${told.map(lineOf).join('\n')}\n\x1b]7717;${launch};seen;${token}\x07`;
      writeFileSync(path.join(folder, `.${token}.print`), text, { mode: 0o600 });
      return;
    }
    const draft = path.join(folder, `.${token}.pending`);
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(path.join(draft, TOKEN), token, { mode: 0o600 });
    const text = messageOf(told, token);
    const write = (name: string, value: unknown) =>
      writeFileSync(path.join(draft, name), JSON.stringify(value), { mode: 0o600 });
    write('stop.json', { decision: 'block', reason: text });
    const event = 'UserPromptSubmit';
    write(`${event}.json`, { hookSpecificOutput: { hookEventName: event, additionalContext: text } });
  }

  /** Makes a drafted delivery claimable. Does nothing when that was done before; throws what the file system throws. */
  publish(session: string, token: string): void {
    const folder = this.#folder(session);
    for (const [draft, ready] of [
      [`.${token}.print`, `${token}.print`],
      [`.${token}.pending`, 'pending'],
    ] as const)
      if (existsSync(path.join(folder, draft)))
        renameSync(path.join(folder, draft), path.join(folder, ready));
  }

  /** The delivery that lies ready for a hook; null: none does. It may be claimed at any moment. */
  pending(session: string): string | null {
    return tokenIn(path.join(this.#folder(session), 'pending'));
  }

  /**
   * Takes back what was not claimed. It lies aside until {@link forget}, so that asking again gives the same answer.
   * @returns true when nobody can have seen it.
   */
  takeBack(session: string, token: string, door: Door): boolean {
    const folder = this.#folder(session);
    const taken = path.join(folder, `.taken-${token}`);
    if (existsSync(taken)) return true;
    if (door === 'print' && move(path.join(folder, `${token}.print`), taken)) return true;
    const pending = path.join(folder, 'pending');
    // After the look it can be claimed, but not become another one: nobody but this process publishes.
    if (door === 'hook' && tokenIn(pending) === token && move(pending, taken)) return true;
    const drafts = [`.${token}.print`, `.${token}.pending`];
    return drafts.some(name => existsSync(path.join(folder, name)));
  }

  /** Removes what was taken back, or never published. */
  forget(session: string, token: string): void {
    for (const name of [`.taken-${token}`, `.${token}.print`, `.${token}.pending`])
      rmSync(path.join(this.#folder(session), name), { recursive: true, force: true });
  }

  /** Has a hook claimed this delivery? */
  isClaimed(session: string, token: string): boolean {
    const folder = this.#folder(session);
    if (!existsSync(folder)) return false;
    return readdirSync(folder).some(
      name => name.startsWith('claimed-') && tokenIn(path.join(folder, name)) === token,
    );
  }

  /** May the agent be held up at its Stop once more, by events that wait? See hooks/agent-mail.sh. */
  allowBlocks(session: string, isAllowed: boolean): void {
    const file = path.join(this.#folder(session), 'no-block');
    if (isAllowed) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(this.#folder(session), { recursive: true, mode: 0o700 });
    writeFileSync(file, '', { mode: 0o600 });
  }

  /** Empties a session's mail: its agent is starting anew, and nothing that lies there belongs to it. */
  clear(session: string): void {
    const folder = this.#folder(session);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }

  /** Removes all mail of a session that is gone. */
  remove(session: string): void {
    rmSync(this.#folder(session), { recursive: true, force: true });
  }
}

function tokenIn(folder: string): string | null {
  try {
    return readFileSync(path.join(folder, TOKEN), 'utf8');
  } catch {
    return null;
  }
}

function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
