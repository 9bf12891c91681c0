/** Diffs and uncommitted marks of the sessions' worktrees, off the main path. */

import type { Session } from '../domain/world.js';
import { diffAgainstBase } from '../git/diff.js';
import { Git } from '../git/git.js';
import type { Daemon } from './context.js';
import { ownEnvironment } from './environment.js';

const TIMEOUT = 10_000;
/** Between a change and the look at it, in milliseconds. */
const PAUSE = 20;
/** A new worktree is as its base is, and its agent about to start: it is looked at so long after its creation, in milliseconds. */
const NEW = 1500;

export class Checkouts {
  readonly #daemon: Daemon;
  readonly #git = new Git(ownEnvironment());
  /** For which state of a session its facts were asked: another turn, another look. */
  readonly #asked = new Map<string, string>();
  readonly #done = new Map<string, string>();
  #isBusy = false;
  #timer: NodeJS.Timeout | null = null;
  #later: NodeJS.Timeout | null = null;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** Looks at what has changed, a moment later: nobody's answer waits for git. */
  poke(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#next();
    }, PAUSE);
  }

  #next(): void {
    if (this.#isBusy) return;
    const due = [...this.#daemon.ledger.world.sessions.values()].filter(
      each => each.definition.base && this.#asked.get(each.definition.name) !== stateOf(each),
    );
    const session = due.find(each => !isNew(each));
    if (!session) {
      if (due.length > 0) this.#lookLater();
      return;
    }
    this.#isBusy = true;
    void this.#look(session).finally(() => {
      this.#isBusy = false;
      setImmediate(() => this.#next());
    });
  }

  #lookLater(): void {
    this.#later ??= setTimeout(() => {
      this.#later = null;
      this.#next();
    }, NEW).unref();
  }

  /** Has this session's checkout been looked at since its last turn ended? True where there is nothing to look at. */
  isFresh(name: string): boolean {
    const session = this.#daemon.ledger.world.sessions.get(name);
    if (!session?.definition.base) return true;
    return this.#done.get(name) === stateOf(session);
  }

  async #look(session: Session): Promise<void> {
    const { name, dir, base } = session.definition;
    const state = stateOf(session);
    this.#asked.set(name, state);
    if (!base) return;
    try {
      const diff = await diffAgainstBase(this.#git, dir, base, { timeoutMs: TIMEOUT });
      this.#daemon.facts.set(name, {
        diff: { added: diff.added, deleted: diff.deleted },
        dirty: diff.dirty,
        pr: this.#daemon.facts.get(name)?.pr ?? null,
      });
      this.#done.set(name, state);
      this.#daemon.ledger.touch();
    } catch (error) {
      this.#daemon.log(`${name}: its diff`, error);
    }
  }
}

function isNew({ last, definition }: Session): boolean {
  const age = Date.now() - Date.parse(definition.created);
  return last === null && age >= 0 && age < NEW;
}

/** Worth a look again when a turn has ended since. */
function stateOf(session: Session): string {
  return `${session.last?.endedAt ?? 0}`;
}
