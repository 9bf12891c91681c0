/**
 * What actor must know about a kind of agent. One file a kind; everything in it is pure: inputs → argv, text → observation,
 * screen → answer. The daemon does the acts (windows, pastes, keys, files). `test/unit/agents-contract.test.ts` runs over
 * the registry, so a new kind is checked before anybody writes a test for it.
 */
import type { Definition } from '../domain/definition.js';
import type { Observation, TurnEnd } from '../domain/observation.js';
import type { Door } from '../domain/record.js';
import type { WaitingFor } from '../protocol.js';

/** Where actor's own things are; all absolute paths. */
export interface Places {
  /** `$ACTOR_HOME`. */
  home: string;
  /** The package's `hooks/` folder. */
  hooks: string;
  /** The package's `templates/` folder. */
  templates: string;
  /** argv that starts the MCP server, e.g. [node, …/dist/mcp.mjs]. */
  mcp: string[];
}

/** One start of an agent. */
export interface LaunchRequest {
  definition: Definition;
  places: Places;
  /** Unique id of this launch; `ACTOR_LAUNCH` in the agent's environment and in every inbox file of its hooks. */
  launch: string;
  /** A private folder (0700) of this launch for generated files: `$ACTOR_HOME/run/<launch>/`. */
  folder: string;
  /** The caller's environment. */
  env: Record<string, string>;
  /** Continue `definition.conversation`? False for a first start, and where that conversation is not there any more. */
  resume: boolean;
  /** Did it begin before? Then the person's own choice of a conversation has been followed, and their prompt been given. */
  begun: boolean;
  /** A prompt to pass at launch, if {@link Agent.takesFirstPrompt} allows. */
  prompt: string | null;
  /** The text of the system prompt to add (coordinator's or role's), if any. */
  systemPrompt: string | null;
  /** Contents of the files that {@link Agent.launchReads} named; null where a file does not exist. */
  files: Record<string, string | null>;
}

/** A launch as data: the daemon writes the files (0600), then starts argv in a window with this environment. */
export interface LaunchPlan {
  argv: string[];
  /** Added to (or replacing in) the caller's environment. */
  env: Record<string, string>;
  /** Removed from the caller's environment. */
  unset: string[];
  /** Files to write first; paths absolute, normally inside `folder`. */
  files: { path: string; content: string }[];
  /** The conversation id, when it is chosen by us. */
  conversation: string | null;
  /** A shell command (sh) that is given the window's raw output on stdin from its first byte on. */
  pipe?: string;
}

/** Where a conversation is kept: in one of these files, or below one of these folders under a name that contains its id. */
export interface ConversationRecord {
  files: string[];
  folders: string[];
  /** Stands in a line of the file once there is something to resume; absent: whatever stands there will do. */
  mark?: string;
}

/** A file that an agent appends to, and how to read it. */
export interface Tail {
  /** Names the source in {@link Observation} and the stored offset, e.g. `transcript:<file>`. */
  source: string;
  /** Absolute path. The file may not exist yet. With `segmentBytes`, the prefix of `<path>.000000`, `<path>.000001` … */
  path: string;
  /** The file comes in segments of just this many bytes each (split(1)); positions count through all of them. */
  segmentBytes?: number;
  /** A reader for it, starting at `offset`: it is given the bytes in order, cut anywhere. */
  reader: (offset: number) => TailReader;
}

/** Reads an appended file piece by piece. Pure but for its own carry-over. */
export interface TailReader {
  /** The next bytes; returns what they show. `now` in milliseconds since the epoch, for lines without a time. */
  push(bytes: Uint8Array, now: number): Observation[];
  /** For {@link Agent.outcomeOfExit}. */
  readonly pending?: Pending;
}

/** The end of what came since the last thing shown. */
export interface Pending {
  /** Plain; '' is nothing. */
  text: string;
  /** It is output of a turn that is open. */
  isOfTurn: boolean;
}

/** What an adapter may look at when it judges: the running launch as the daemon knows it. */
export interface AgentView {
  definition: Definition;
  launch: string;
  folder: string;
  /** The agent's own pid. */
  pid: number;
  /** `HOME`, `CLAUDE_CONFIG_DIR`, `CODEX_HOME` … as the agent got them. */
  env: Record<string, string>;
  /** The transcript that a hook named last; null before. */
  transcript: string | null;
  /** What the line of an empty composer looks like, from the last `ready` observation; absent while mid-turn or unknown. */
  composer?: string | null;
}

/** What a look at the window's screen (with escape sequences, rows joined by \n) tells. */
export interface ScreenReading {
  /** `composer`: takes a paste now. `draft`: a person has begun to type. `dialog`: keys would answer it. `busy`: mid-turn or no prompt shown. */
  state: 'composer' | 'draft' | 'dialog' | 'busy';
  /** For a dialog: what the person is needed for. */
  waitingFor: WaitingFor | null;
  /** For `draft`: the text, as far as it can be read; only compared with what we pasted. */
  draft: string | null;
  /** The screen says the last turn was interrupted by hand. */
  interrupted: boolean;
  /** What an empty composer looks like now: comes back as {@link AgentView.composer}. */
  composer?: string;
  /** For `composer` in the middle of a turn: the turn is over; its last message, and how that is known. */
  end?: { message: string; by: string };
}

/** The terminal facts that go with a screen, from one `list-panes` line. */
export interface PaneFacts {
  cursorX: number;
  cursorY: number;
  /** Does the program hide the terminal's cursor, perhaps to draw its own? Absent where nobody knows: in a recording. */
  cursorHidden?: boolean;
  width: number;
  height: number;
  /** `#{pane_current_command}` */
  command: string;
  title: string;
  /** Has the program set the title? Before that it is the host's name. */
  titled: boolean;
  alternateScreen: boolean;
  /**
   * Milliseconds since the program printed something (to the second), and since the open turn began (null: none is open).
   * Absent where nobody knows: in a recording.
   */
  since?: { output: number; turn: number | null };
}

/** How the agent's process ended, as tmux tells it; both null when tmux cannot tell. */
export interface ProcessEnd {
  status: number | null;
  signal: number | null;
}

export interface Agent {
  readonly kind: string;
  /** The program, looked up in the caller's PATH. */
  readonly program: string;

  /** Files whose content the launch must know (the user's settings to merge with, say). */
  launchReads(request: Omit<LaunchRequest, 'files'>): string[];
  launch(request: LaunchRequest): LaunchPlan;
  /** Where it keeps a conversation, for an agent that does not start when it is to resume one that is not there. */
  conversationRecord?(id: string, definition: Definition, env: Record<string, string>): ConversationRecord;
  /** May this prompt be passed at launch (then it is the first turn)? Longer or stranger ones are pasted once ready. */
  takesFirstPrompt(prompt: string, definition: Definition): boolean;

  /** A hook's report: the event name that our hook configuration passed, and its payload (parsed JSON, or text). */
  hook(
    event: string,
    payload: unknown,
    origin: { at: number; position: number | null },
    view: AgentView,
  ): Observation[];
  /** The appended files to follow now. */
  tails(view: AgentView): Tail[];
  /** A small file that the agent rewrites at each change of state; null: there is none. Undocumented in all agents so far. */
  stateFile(view: AgentView): string | null;
  /** What the state file says; `content` null: it does not exist. */
  state(content: string | null, view: AgentView, now: number): Observation[];
  screen(text: string, pane: PaneFacts, view: AgentView): ScreenReading;

  /** The bytes to paste for this prompt (a leading space before `/` where the agent needs it), or why it cannot be sent. */
  submission(prompt: string): { paste: string } | { refuse: string };
  /** A program that checks a prompt first (`bash -n` for shell): argv, prompt on stdin, exit 0 = good. */
  readonly check: string[] | null;
  /** Are these the same prompt, given what the agent does to text (trims, wraps)? `seen` is from `turn-began`. */
  samePrompt(sent: string, seen: string): boolean;
  /** tmux key names that interrupt the running turn. */
  readonly interruptKeys: string[];
  /** Did it end because somebody asked it to (`/exit`, `exit`, Ctrl-D), as opposed to a crash, a kill, a refusal to start? */
  endedCleanly(end: ProcessEnd): boolean;
  /**
   * For an agent whose exit status says how an open turn went (a shell's `exit 3`): how, when it had put out this text by then.
   * Absent: a turn that was left open was stopped.
   */
  outcomeOfExit?(status: number, output: string): TurnEnd;
  /** Must a turn end be followed by readiness on the screen before a paste (true for full-screen programs)? */
  readonly looksBeforePaste: boolean;
  /** The prompt may only be pasted while one of these programs has the terminal (`#{pane_current_command}`); absent: any. */
  readonly foreground?: string[];
  /**
   * What nothing but the screen tells: `ready` (no hook runs at the start), `dialog` (in the middle of a turn), `interrupt` (by
   * hand, before any output; unless there is a state file), `end` (of a turn). The screen is looked at for these now and then.
   */
  readonly screenTells: readonly ('ready' | 'dialog' | 'interrupt' | 'end')[];
  /** Is a prompt taken as soon as it was put in? So it is for an agent that may never say so. */
  readonly assumesTaken?: boolean;
  /** Does it go on where it was when it is started again, though its conversation has no id? */
  readonly remembers?: boolean;
  /** Are prompts pasted without brackets, as if they were typed? */
  readonly plainPaste?: boolean;
  /** How long after a paste Enter is pressed, in milliseconds: some programs lose one that comes with the paste. 0 if absent. */
  readonly entersAfter?: number;
  /**
   * The doors by which an event can be handed in, the best first: `mcp` (our MCP server's inbox door), `queue` (the agent's own
   * queue, see {@link enqueue}), `hook` (claims a file), `print` (shell).
   */
  readonly doors: readonly Door[];
  /** For the door `queue`: how to put a message into the agent's own queue; null: it cannot take one yet. */
  enqueue?(view: AgentView, text: string): string[] | null;
  /** For the door `queue`: the files in which it stands. A message that has left the queue may stand there too. Undocumented. */
  queueFiles?(view: AgentView): string[];
  /**
   * For the door `queue`: the messages that wait in it, of any conversation, by the content of those files (empty: not there).
   * @throws Error when they are not understood
   */
  queued?(files: readonly Buffer[]): Buffer[];
}
