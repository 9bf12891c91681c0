/**
 * The wire between the thin clients (`actor <verb>`, `actor mcp`) and the daemon: JSON Lines over
 * `$ACTOR_HOME/daemon.sock`. The one module that both sides of the process boundary import; types and a few small
 * constants only, so it costs a client nothing to load.
 *
 * One connection carries one request. The client writes one {@link Request} line; the daemon answers with a `taken` line at
 * once, any number of `notice` lines (text for stderr) and `item` lines (of a stream), then exactly one `result`, `error` or
 * `replaced` line. Closing the connection abandons the wait, and not the work, but for what `new` has not made yet. Only
 * `mcp-attach` talks in both directions (see there).
 */

/** What the daemon must share with its client: another build replaces the daemon. Set by the bundler. */
export type Build = string;

/** One request: the method, its parameters, and who asks. */
export interface Request<M extends Method = Method> {
  /** null: of a client that lives as long as its agent, beyond an update of actor: a daemon of any build serves it. */
  build: Build | null;
  method: M;
  params: Methods[M]['params'];
  caller: Caller;
}

/** Who asks, as the daemon cannot know it by itself. */
export interface Caller {
  /** Absolute current directory of the client. */
  cwd: string;
  /** `ACTOR_NAME` of the client's environment: the session in whose window it runs, if any. */
  session: string | null;
  /**
   * The client's whole environment; only sent with `new`, `run`, `main`, `attach`, `discard` (windows and hooks inherit it)
   * and `doctor` (which looks for programs in its PATH).
   * Of a popup of the menu it is tmux's own, which says nothing of the person's: main's counts instead.
   */
  env?: Record<string, string>;
}

/** One line from the daemon. */
export type Reply<M extends Method = Method> =
  /** The request was read: the first line, at once. */
  | { taken: true }
  | { notice: string }
  | { item: Methods[M]['item'] }
  | { result: Methods[M]['result'] }
  | { error: WireError }
  /** The daemon is of another build: it is ending; connect again (and start one). */
  | { replaced: Build };

/** An error as it reaches the person: `actor: <message>`, then `hint: <hint>`; `code` is the exit code. */
export interface WireError {
  code: ExitCode;
  message: string;
  hint?: string;
  /** Set with ACTOR_DEBUG=1 in the daemon's environment only. */
  stack?: string;
}

/** The exit codes of contract §4. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  noSession: 3,
  refused: 4,
  incomplete: 5,
  timedOut: 124,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a session can be at, contract §5. */
export const STATUSES = ['created', 'starting', 'working', 'idle', 'waiting', 'exited', 'ended'] as const;
export type Status = (typeof STATUSES)[number];
export type Outcome = 'completed' | 'failed' | 'stopped' | 'lost';
export type WaitingFor = 'permission' | 'question' | 'trust' | 'login' | 'review';

/** A session as `list --json` shows it (contract §5). Absent is null, never missing. Times are ISO 8601 UTC, durations milliseconds. */
export interface SessionView {
  name: string;
  role_of: 'main' | 'session';
  agent: string;
  status: Status;
  waiting_for: WaitingFor | null;
  dir: string;
  repo: string | null;
  worktree: boolean;
  branch: string | null;
  base: { ref: string; commit: string } | null;
  parent: string | null;
  role: string | null;
  purpose: string | null;
  conversation: string | null;
  created_at: string;
  turn: { id: number; prompt_id: string | null; started_at: string; prompt: string } | null;
  queued: number;
  held: number;
  last: {
    turn: number;
    outcome: Outcome;
    reason: string | null;
    message: string | null;
    ended_at: string;
    duration_ms: number | null;
  } | null;
  diff: { added: number; deleted: number } | null;
  dirty: boolean | null;
  pr: { number: number; url: string } | null;
  window: string | null;
  pid: number | null;
  waiting_events: number;
}

/** `show --json`: the list object and what its status rests on. */
export interface SessionDetail extends SessionView {
  status_since: string;
  /** For example `claude's Stop hook`. */
  status_by: string;
  /** The last message, whole. */
  message: string | null;
}

/** What can happen to a session, contract §6. */
export const EVENT_TYPES = [
  'created',
  'started',
  'turn-started',
  'completed',
  'failed',
  'stopped',
  'needs-input',
  'exited',
  'ended',
  'discarded',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** One event (contract §6). `id` grows by one for each event in a home. */
export interface ActorEvent {
  id: number;
  time: string;
  session: string;
  parent: string | null;
  type: EventType;
  turn: number | null;
  outcome: Outcome | null;
  reason: string | null;
  message: string | null;
  duration_ms: number | null;
  prompt_id: string | null;
  waiting_for: WaitingFor | null;
  branch: string | null;
  diff: { added: number; deleted: number } | null;
  queued: number;
}

/** A prompt in `queue --json`. */
export interface QueuedPrompt {
  id: string;
  prompt: string;
  queued_at: string;
  held: boolean;
}

/** How a turn ended, as `--wait` reports it. */
export interface TurnResult {
  outcome: Outcome | null;
  reason: string | null;
  message: string | null;
  duration_ms: number | null;
}

export interface RunResult extends Partial<TurnResult> {
  name: string;
  prompt_id: string;
  state: 'submitted' | 'queued';
  ahead: number;
}

/** A line of `wait`. */
export interface WaitResult {
  name: string;
  status: Status;
  outcome: Outcome | null;
  reason: string | null;
  message: string | null;
}

/** A line of `logs`. */
export interface LogEntry {
  time: string;
  turn: number | null;
  kind: 'prompt' | 'message' | 'outcome' | 'note';
  text: string;
}

/** One finding of `doctor`: `fix` is the command or step that mends it. */
export interface DoctorFinding {
  topic: string;
  level: 'ok' | 'note' | 'warning' | 'error';
  text: string;
  fix: string | null;
}

/** A value of a session's configuration, and the layer that it came from. */
export interface ConfigEntry {
  key: string;
  value: string | number | boolean;
  /** `user settings`, `project settings`, `role reviewer (user settings)`, `command line`, `actor config`, `session file`. */
  source: string;
}

/** A role of the settings. */
export interface RoleView {
  name: string;
  description: string | null;
  agent: string | null;
  model: string | null;
  coordinator: boolean;
  /** The files that define it, the strongest last. */
  files: string[];
}

export interface DaemonStatus {
  pid: number;
  build: Build;
  home: string;
  started_at: string;
  sessions: number;
  agents: number;
  clients: number;
  events: number;
  rss_bytes: number;
}

/**
 * What the client needs to put this terminal on a window: run `argv` with the terminal as stdio. null: the terminal is
 * one of actor's already, and shows it now.
 */
export interface AttachPlan {
  name: string;
  /** The main that it goes back to; null: there is none. */
  main: string | null;
  argv: string[] | null;
}

/** A daemon that ends on purpose: is another one about to be started in its place? */
export type Leaving = 'for good' | 'for another';

/** Every method: parameters, result, and the item type where it streams (null where it does not). */
export interface Methods {
  /** Who is there; starts nothing. */
  status: { params: Record<never, never>; result: DaemonStatus; item: null };
  /** End the daemon process; agents go on. */
  shutdown: { params: { leaves: Leaving }; result: { pid: number }; item: null };
  /** Start main (or find it running). `args` go to the agent verbatim. */
  main: {
    params: { agent: string; args: string[]; role: string | null; name: string | null };
    result: { name: string; started: boolean; session: SessionView };
    item: null;
  };
  new: {
    params: {
      name: string | null;
      prompt: string | null;
      agent: string | null;
      role: string | null;
      base: string | null;
      branch: string | null;
      dir: string | null;
      worktree: boolean;
      model: string | null;
      /** null: an inherited value is cancelled. */
      config: Record<string, string | number | boolean | null>;
      purpose: string | null;
      wait: boolean;
      timeout_ms: number | null;
      /** Random; the same request sent again (its daemon died before the answer) is recognised by it. */
      key: string;
    };
    /** With a prompt: `run` says what became of it. */
    result: SessionView & { run: RunResult | null };
    item: null;
  };
  run: {
    params: {
      name: string;
      /** null: start the agent if need be, and release held prompts, but send nothing. */
      prompt: string | null;
      /** Type an agent's own command (`/compact`) once. */
      slash: boolean;
      now: boolean;
      wait: boolean;
      timeout_ms: number | null;
      /** As with `new`. */
      key: string;
    };
    result: RunResult;
    item: null;
  };
  stop: {
    params: { names: string[]; clear: boolean };
    result: { name: string; stopped: boolean; dropped: QueuedPrompt[] }[];
    item: null;
  };
  discard: {
    params: { names: string[]; force: boolean };
    result: {
      name: string;
      branch: string | null;
      commit: string | null;
      worktree: string | null;
      trash: string | null;
    }[];
    item: null;
  };
  queue: {
    params: { name: string; cancel: string | null; clear: boolean };
    result: { waiting: QueuedPrompt[]; dropped: QueuedPrompt[] };
    item: null;
  };
  /** Without names: all agents, the tmux server and the daemon. */
  down: { params: { names: string[] }; result: { ended: string[]; all: boolean }; item: null };
  list: { params: { status: Status | null }; result: SessionView[]; item: null };
  /** An item at once, and one each time that what `list` says may have changed, for ever. */
  changes: { params: Record<never, never>; result: Record<never, never>; item: Record<never, never> };
  show: { params: { name: string }; result: SessionDetail; item: null };
  /** With `follow`: the entries as items, for ever. */
  logs: {
    params: { name: string; count: number | null; follow: boolean };
    result: LogEntry[];
    item: LogEntry;
  };
  peek: { params: { name: string }; result: { screen: string }; item: null };
  /** Starts the agent if it does not run. `name` null: the main of the caller's directory. A caller in a window or a popup of actor's own has its terminal moved. */
  attach: { params: { name: string | null }; result: AttachPlan; item: null };
  /** A terminal that was on this session, `main` being what it would go back to, shows it no more. `gone`: that main, if it does not run. */
  left: {
    params: { name: string; main: string | null };
    result: { gone: string | null; running: { name: string; status: Status }[] };
    item: null;
  };
  /** Events with id > `since` as items; then, with `follow`, for ever, else the result. */
  events: {
    params: { since: number; follow: boolean; session: string | null; type: EventType | null };
    result: { last: number };
    item: ActorEvent;
  };
  /** No names: all sessions but mains. */
  wait: {
    params: { names: string[]; any: boolean; timeout_ms: number | null };
    result: { settled: WaitResult[]; timed_out: boolean };
    item: WaitResult;
  };
  doctor: { params: Record<never, never>; result: DoctorFinding[]; item: null };
  /** Shows the configuration of a session, after these changes (null: the key is removed). They count from the agent's next start on. */
  config: {
    params: { name: string; changes: Record<string, string | number | boolean | null> };
    result: { name: string; entries: ConfigEntry[]; running: boolean };
    item: null;
  };
  /**
   * Whether the settings of the directory's repository (null: the caller's directory) may run programs; first `allow` (a digest
   * that was shown) or `revoke` is carried out.
   */
  trust: {
    params: { dir: string | null; allow: string | null; revoke: boolean };
    result: { file: string; content: string | null; digest: string | null; trusted: boolean };
    item: null;
  };
  /** The files that were allowed; `current`: they hold what was allowed. */
  trusted: { params: Record<never, never>; result: { file: string; current: boolean }[]; item: null };
  /** The kinds of agents that a session in the caller's directory could have. */
  kinds: { params: Record<never, never>; result: string[]; item: null };
  /** The roles that a session in this directory could have (null: the caller's directory). */
  roles: { params: { dir: string | null }; result: RoleView[]; item: null };
  /**
   * An `actor mcp` server reports for its session and receives events to hand in, for as long as the connection lives.
   * The daemon sends items; the client answers each with a line `{"handed": token}` or `{"refused": token, "why": text}`.
   */
  'mcp-attach': {
    params: { session: string; socket: string | null; pid: number };
    result: Record<never, never>;
    item: { token: string; text: string };
  };
}
export type Method = keyof Methods;
