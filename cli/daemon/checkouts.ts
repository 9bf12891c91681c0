/** Diffs and uncommitted marks of the sessions' worktrees, off the main path; checkout-queue.ts says whose, and when. */
import { isDeepStrictEqual } from 'node:util';
import type { CheckoutFacts } from '../domain/view.js';
import type { Session } from '../domain/world.js';
import { hasUncommitted, linesAgainstBase } from '../git/diff.js';
import { Git, type GitOptions } from '../git/git.js';
import { readLink } from '../git/link.js';
import { Alarm } from './alarm.js';
import { CheckoutQueue, type Look } from './checkout-queue.js';
import type { Daemon } from './context.js';
import { ownEnvironment } from './environment.js';

/** Nothing urgent hangs on it: everybody else goes first. */
const OPTIONS: GitOptions = { timeoutMs: 10_000, inBackground: true };
/** Between a change and the look at it, in milliseconds. */
const PAUSE = 5;
/** A new worktree is as its base is, and its agent about to start: it is looked at so long after its creation, in milliseconds. */
const NEW = 1500;
/** Who only looks at the sessions sees what was there so long ago, in milliseconds, when nothing else hinted at a change. */
const LOOKED_AT = 30_000;

export class Checkouts {
  readonly #daemon: Daemon;
  readonly #git = new Git(ownEnvironment());
  readonly #queue = new CheckoutQueue();
  /** By session: the folder of its worktree's index and HEAD that is watched, and what ends that. */
  readonly #watched = new Map<string, { folder: string; unwatch(): void }>();
  readonly #alarm = new Alarm(() => this.#next());
  #isBusy = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    daemon.ledger.onEvent(({ type, session }) => {
      // The next session of this name is another.
      if (type === 'discarded') daemon.facts.delete(session);
    });
  }

  /** Something changed: turns may have ended. Nobody's answer waits for git, so it is looked at a moment later. */
  poke(): void {
    this.#alarm.in(PAUSE);
  }

  /** The files of this session's worktree may have changed. `least`: as in checkout-queue.ts. */
  hint(name: string, least?: number): void {
    const now = performance.now();
    const at = this.#queue.hint(name, now, least);
    if (at !== null) this.#alarm.in(at - now);
  }

  /** Somebody looks at the sessions: what they see next is what is there now. */
  hintAll(): void {
    for (const name of this.#daemon.ledger.world.sessions.keys()) this.hint(name, LOOKED_AT);
  }

  /** Is what this session's last turn changed known? True where there is nothing to know. */
  isFresh(name: string): boolean {
    const session = this.#daemon.ledger.world.sessions.get(name);
    return !session?.definition.base || this.#queue.isFresh(name, turnOf(session));
  }

  #next(): void {
    if (this.#isBusy) return;
    const sessions = [...this.#daemon.ledger.world.sessions.values()].filter(each => each.definition.base);
    this.#queue.know(
      sessions.map(session => ({
        name: session.definition.name,
        created: session.definition.created,
        turn: turnOf(session),
        notBefore: session.last ? 0 : performance.now() + restOfYouth(session),
      })),
    );
    this.#unwatchOthers(new Set(sessions.map(({ definition }) => definition.name)));
    const next = this.#queue.next(performance.now());
    if (next && 'at' in next) this.#alarm.in(next.at - performance.now());
    if (!next || 'at' in next) return;
    this.#isBusy = true;
    const begin = performance.now();
    void this.#look(next)
      .catch(error => this.#daemon.log(`${next.name}: its diff`, error))
      .finally(() => {
        this.#queue.done(next, performance.now(), performance.now() - begin);
        this.#isBusy = false;
        this.#alarm.in(0);
      });
  }

  async #look(look: Look): Promise<void> {
    const session = this.#daemon.ledger.world.sessions.get(look.name);
    if (!session?.definition.base) return;
    const { dir, base } = session.definition;
    const state = await readLink(dir);
    const link = state.state === 'linked' ? state.link : null;
    if (link === null) {
      // It is gone, or its repository is: there is nothing to compare, until it is back.
      this.#queue.seen(look);
      this.#note(session, { diff: null, dirty: null });
      this.#watch(look.name, null);
      return;
    }
    // One after the other: the lines are waited for, and two gits at once in a large work tree take twice as long each.
    const diff = await linesAgainstBase(this.#git, dir, base, OPTIONS);
    this.#queue.seen(look);
    this.#note(session, { diff });
    this.#note(session, { dirty: await hasUncommitted(this.#git, dir, OPTIONS) });
    this.#watch(look.name, link.gitDir);
  }

  #note({ definition: { name, created } }: Session, news: Partial<CheckoutFacts>): void {
    const { facts, ledger } = this.#daemon;
    if (ledger.world.sessions.get(name)?.definition.created !== created) return;
    const known = facts.get(name);
    const next: CheckoutFacts = { diff: null, dirty: null, pr: null, ...known, ...news };
    if (known && isDeepStrictEqual(known, next)) return;
    facts.set(name, next);
    ledger.touch();
  }

  /** Commits, staged changes and other branches show in the folder of the worktree's HEAD and index. */
  #watch(name: string, folder: string | null): void {
    const known = this.#watched.get(name);
    if (known?.folder === folder) return;
    known?.unwatch();
    this.#watched.delete(name);
    if (folder === null || !this.#daemon.ledger.world.sessions.has(name)) return;
    const unwatch = this.#daemon.watcher.watch(folder, file => {
      if (!file?.endsWith('.lock')) this.hint(name);
    });
    this.#watched.set(name, { folder, unwatch });
  }

  #unwatchOthers(names: ReadonlySet<string>): void {
    for (const [name, { unwatch }] of this.#watched) {
      if (names.has(name)) continue;
      unwatch();
      this.#watched.delete(name);
    }
  }
}

/** For how long its worktree is new yet, in milliseconds. */
function restOfYouth({ definition }: Session): number {
  const age = Date.now() - Date.parse(definition.created);
  return Math.max(0, Math.min(NEW, NEW - age));
}

/** The end of its last turn, in milliseconds since the epoch; 0: there was none. */
function turnOf(session: Session): number {
  return session.last?.endedAt ?? 0;
}
