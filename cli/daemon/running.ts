/** A running agent as the daemon's memory has it: what adapters may look at, and the files that are followed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Agent, AgentView, Pending } from '../agents/agent.js';
import type { Observation } from '../domain/observation.js';
import type { Session } from '../domain/world.js';
import type { Daemon } from './context.js';
import { observe } from './inputs/observe.js';
import { TailFollower } from './inputs/tail.js';
import { lookWhileWatchBegins } from './inputs/watcher.js';

/** Kept in the launch's folder for a later daemon: the part of the environment that says where the agent's files are. */
export const KEPT_ENVIRONMENT = [
  'HOME',
  'PATH',
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'ACTOR_CLAUDE_DOCUMENTED_ONLY',
];

/** The private folder of a launch: its script, its generated files, the record of its terminal. */
export function launchFolder(daemon: Daemon, launch: string): string {
  return path.join(daemon.places.run, launch);
}

export class Running {
  readonly view: AgentView;
  readonly #daemon: Daemon;
  readonly #agent: Agent;
  readonly #name: string;
  #followers: TailFollower[] = [];
  readonly #unwatch = new Map<string, () => void>();
  #stateAgain: NodeJS.Timeout | null = null;
  #isClosed = false;

  static open(daemon: Daemon, session: Session): Running {
    const { launch, definition } = session;
    if (!launch) throw new Error('no agent runs');
    const folder = launchFolder(daemon, launch.id);
    const view: AgentView = {
      definition,
      launch: launch.id,
      folder,
      pid: launch.pid ?? 0,
      env: readEnvironment(folder),
      transcript: launch.transcript,
      composer: null,
    };
    const running = new Running(daemon, session, view);
    running.refresh();
    return running;
  }

  private constructor(daemon: Daemon, session: Session, view: AgentView) {
    this.#daemon = daemon;
    this.#agent = daemon.agentOf(session);
    this.#name = session.definition.name;
    this.view = view;
  }

  /** Follows the files that the adapter names now (a new conversation has a new transcript). */
  refresh(): void {
    const session = this.#daemon.ledger.world.sessions.get(this.#name);
    if (session) {
      this.view.definition = session.definition;
      this.view.transcript = session.launch?.transcript ?? this.view.transcript;
    }
    const tails = this.#agent.tails(this.view);
    this.#followers = tails.map(
      tail => this.#followers.find(known => known.tail.path === tail.path) ?? new TailFollower(tail),
    );
    for (const { path: file } of tails)
      this.#watchFolder(path.dirname(file), path.basename(file), () => this.readTails());
    const state = this.#agent.stateFile(this.view);
    if (state) this.#watchFolder(path.dirname(state), path.basename(state), () => this.readState());
  }

  #watchFolder(folder: string, prefix: string, look: () => void): void {
    const key = `${folder}/${prefix}`;
    if (this.#unwatch.has(key)) return;
    lookWhileWatchBegins(look);
    this.#unwatch.set(
      key,
      this.#daemon.watcher.watch(folder, file => {
        if (file === null || path.basename(file).startsWith(prefix)) look();
      }),
    );
  }

  /** Does something of a running turn stand nowhere but on the screen? */
  get looksDuringTurn(): boolean {
    const { screenTells } = this.#agent;
    if (screenTells.includes('dialog') || screenTells.includes('end')) return true;
    const state = this.#agent.stateFile(this.view);
    return screenTells.includes('interrupt') && (state === null || !existsSync(state));
  }

  /** Reads what the agent appended since the last time, all of it when `whole`. */
  readTails(whole = false): void {
    if (this.#isClosed) return;
    for (const follower of this.#followers) {
      const before = follower.offset;
      let hasMore = true;
      while (hasMore) {
        hasMore = follower.read(observations => this.#observe(observations));
        if (hasMore && !whole) {
          setImmediate(() => this.readTails());
          break;
        }
      }
      // An agent that says something may have done something.
      if (follower.offset > before) this.#daemon.poke.checkout(this.#name);
    }
  }

  /** What the agent's record shows behind the last thing that it told; null: no record of this agent's is of that kind. */
  get pending(): Pending | null {
    for (const { pending } of this.#followers) if (pending) return pending;
    return null;
  }

  /** Looks at the agent's state file; the adapter may want a second look a little later. */
  readState(): void {
    if (this.#isClosed) return;
    const file = this.#agent.stateFile(this.view);
    if (!file) return;
    let content: string | null = null;
    try {
      content = readFileSync(file, 'utf8');
    } catch {
      // Not there (yet): the adapter knows what that means.
    }
    this.#observe(this.#agent.state(content, this.view, Date.now()));
    this.#stateAgain ??= setTimeout(() => {
      this.#stateAgain = null;
      const session = this.#daemon.ledger.world.sessions.get(this.#name);
      if (session?.turn) this.readState();
    }, 500);
  }

  #observe(observations: Observation[]): void {
    if (observations.length > 0) observe(this.#daemon, this.#name, this.view.launch, observations);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#stateAgain) clearTimeout(this.#stateAgain);
    for (const unwatch of this.#unwatch.values()) unwatch();
    this.#unwatch.clear();
  }
}

function readEnvironment(folder: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'environment.json'), 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
