/**
 * The numbers of the sessions' pull requests, from `gh`: one asked at a time, when a turn has ended or somebody looks, and
 * never waited for. An idle daemon asks nothing.
 */
import type { Session } from '../domain/world.js';
import { Git } from '../git/git.js';
import { hasGithubRemote } from '../git/remotes.js';
import { isInPath } from './acts/launch.js';
import type { Daemon } from './context.js';
import { environmentAt, ownEnvironment } from './environment.js';
import { runOutside } from './outside.js';
import { GH_ARGUMENTS, ghEnvironment, pullRequestOf } from './pull-request.js';

/** An answer counts so long, in milliseconds. */
const FRESH = 60_000;
/** After a failure, and where there is no gh or no remote for it, a repository is left alone so long, in milliseconds. */
const PAUSE = 5 * 60_000;
/** Between two questions, in milliseconds: a hundred sessions make no crowd of processes. */
const GAP = 2000;
const TIMEOUT = 15_000;

export class PullRequests {
  readonly #daemon: Daemon;
  /** Sessions to ask for. */
  readonly #wanted = new Set<string>();
  /** By session, the end of its turn after which it was wanted. */
  readonly #seen = new Map<string, number>();
  /** By directory, when it was asked for; by repository, until when it is left alone. Both in `performance.now()`. */
  readonly #asked = new Map<string, number>();
  readonly #paused = new Map<string, number>();
  #lastAsked = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    daemon.ledger.onEvent(event => {
      if (event.type !== 'discarded') return;
      // The next session of this name is another.
      this.#seen.delete(event.session);
    });
  }

  /** Something changed: turns may have ended. */
  poke(): void {
    const sessions = [...this.#daemon.ledger.world.sessions.values()];
    // The next session in the directory of one that was discarded has another branch.
    const dirs = new Set(sessions.map(({ definition }) => definition.dir));
    for (const dir of this.#asked.keys()) if (!dirs.has(dir)) this.#asked.delete(dir);
    for (const session of sessions) {
      const { name } = session.definition;
      const end = session.last?.endedAt;
      if (end === undefined || this.#seen.get(name) === end) continue;
      this.#seen.set(name, end);
      this.#want(session);
    }
    this.#next();
  }

  /** Somebody looks at the sessions: what is not fresh is asked for, and shown to the next one. */
  look(): void {
    for (const session of this.#daemon.ledger.world.sessions.values()) {
      const asked = this.#asked.get(session.definition.dir);
      if (asked === undefined || performance.now() - asked >= FRESH) this.#want(session);
    }
    this.#next();
  }

  #want({ definition: { name, repo, branch } }: Session): void {
    if (repo === null || branch === null || this.#isPaused(repo)) return;
    this.#wanted.add(name);
  }

  #isPaused(repo: string): boolean {
    return (this.#paused.get(repo) ?? 0) > performance.now();
  }

  /** Asks for the one that may be asked for first, or waits until it may. */
  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isAsking || this.#wanted.size === 0) return;
    let first: { session: Session; at: number } | null = null;
    for (const name of this.#wanted) {
      const session = this.#daemon.ledger.world.sessions.get(name);
      const repo = session?.definition.repo ?? null;
      if (!session || repo === null || this.#isPaused(repo)) {
        this.#wanted.delete(name);
        continue;
      }
      const asked = this.#asked.get(session.definition.dir) ?? Number.NEGATIVE_INFINITY;
      const at = Math.max(asked + FRESH, this.#lastAsked + GAP);
      if (!first || at < first.at) first = { session, at };
    }
    if (!first) return;
    const { session, at } = first;
    const rest = at - performance.now();
    if (rest > 0) {
      this.#timer = setTimeout(() => this.#next(), rest).unref();
      return;
    }
    this.#isAsking = true;
    this.#wanted.delete(session.definition.name);
    void this.#ask(session)
      .catch(error => this.#daemon.log(`${session.definition.name}: its pull request`, error))
      .finally(() => {
        this.#isAsking = false;
        setImmediate(() => this.#next());
      });
  }

  async #ask({ definition: { name, dir, repo } }: Session): Promise<void> {
    if (repo === null) return;
    this.#asked.set(dir, performance.now());
    const env = await environmentAt(this.#daemon, { repo, dir });
    const canAsk =
      isInPath('gh', env.PATH ?? '') &&
      (await hasGithubRemote(new Git(ownEnvironment()), repo, TIMEOUT).catch(() => false));
    if (!canAsk) return this.#pause(repo);
    this.#lastAsked = performance.now();
    const end = await runOutside('gh', GH_ARGUMENTS, { dir, env: ghEnvironment(env), timeout: TIMEOUT });
    const answer = pullRequestOf(end);
    if (answer === 'failed') return this.#pause(repo);
    for (const { definition } of this.#daemon.ledger.world.sessions.values())
      if (definition.dir === dir) this.#note(definition.name, answer);
    this.#wanted.delete(name);
  }

  #pause(repo: string): void {
    this.#paused.set(repo, performance.now() + PAUSE);
  }

  #note(name: string, pr: { number: number; url: string } | null): void {
    const { facts, ledger } = this.#daemon;
    const known = facts.get(name);
    if ((known?.pr?.number ?? null) === (pr?.number ?? null)) return;
    facts.set(name, { diff: null, dirty: null, ...known, pr });
    ledger.touch();
  }
}
