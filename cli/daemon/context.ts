/** What every part of the daemon works with. Made once, in run.ts. */
import type { Tmux } from '../../tmux/tmux.js';
import type { Agent, Places } from '../agents/agent.js';
import type { Definition } from '../domain/definition.js';
import type { CheckoutFacts } from '../domain/view.js';
import type { Session } from '../domain/world.js';
import type { Leaving } from '../protocol.js';
import type { Journal } from '../store/journal.js';
import type { AfterRun } from './after-run.js';
import type { Hooks } from './hooks.js';
import type { Watcher } from './inputs/watcher.js';
import type { Ledger } from './ledger.js';
import type { Log } from './log.js';
import type { HomePlaces } from './places.js';
import type { Worker } from './worker.js';

export interface Daemon {
  places: HomePlaces;
  /** What agents are told of our places. */
  agentPlaces: Places;
  ledger: Ledger;
  journal: Journal;
  tmux: Tmux;
  log: Log;
  watcher: Watcher;
  /** The user's lifecycle hooks; `after-run` is told by itself. */
  hooks: Hooks;
  afterRun: AfterRun;
  agentOf(session: Session): Agent;
  /** The worker of this session, made if need be. */
  workerOf(session: Session): Worker;
  /** What is wrong with session files, with line and column, as they were read last. */
  fileProblems: string[];
  /** What stands in the session files, as they were read or written last, by session name. */
  filed: Map<string, Definition>;
  /** Facts about checkouts by session name. */
  facts: Map<string, CheckoutFacts>;
  /** Has this session's checkout been looked at since its last turn ended? */
  areFactsFresh(session: string): boolean;
  /** The MCP servers that are connected, by session name. */
  doors: Map<string, McpDoor>;
  /** Pokes: "look again". They return at once. */
  poke: {
    inbox(): void;
    panes(): void;
    deliveries(): void;
    /** Which windows a person sees may have changed. */
    looks(): void;
    /** The files of this session's checkout may have changed. */
    checkout(session: string): void;
    /** Somebody looks at the sessions: facts that have become old may have to be asked for. */
    facts(): void;
    /** A window was closed that no agent lived in any more. */
    windows(): void;
  };
  /** Reads everything the agents have said so far; `gone` may be concluded only after it. */
  drain(): void;
  /**
   * Before the end of this launch's agent is concluded: what lies unclaimed in its mail was certainly not told.
   * @returns the tokens of what stands in the agent's own queue, or is on its way there
   */
  settleUnclaimed(launch: string): string[];
  /** Writes what the agent of this session is told at its start. */
  roster(session: Session): void;
  /** An agent's inbox did not take this delivery. */
  refused(token: string, why: string): void;
  /** False until the daemon knows what became of everything: nothing is done for any session before. */
  isReconciled: boolean;
  /** No agent is started any more: this process ends, and the next one sees to what was asked for. */
  startsNothing: boolean;
  /** Ends this process soon; agents go on. */
  shutdown(why: string, leaves?: Leaving): void;
  startedAt: number;
}

/** A connected `actor mcp`, as a door into its agent. */
export interface McpDoor {
  session: string;
  pid: number;
  /** Can it hand in anything? */
  isOpen: boolean;
  hand(token: string, text: string): void;
}

/** Is it still this session that has its name? It may be discarded while something is waited for, and another one made. */
export function isThere(daemon: Daemon, session: Session): boolean {
  return daemon.ledger.world.sessions.get(session.definition.name) === session;
}

/** The session of this name, without regard to case. */
export function findSession(daemon: Daemon, name: string): Session | undefined {
  const { sessions } = daemon.ledger.world;
  const exact = sessions.get(name);
  if (exact) return exact;
  for (const session of sessions.values())
    if (session.definition.name.toLowerCase() === name.toLowerCase()) return session;
  return undefined;
}
