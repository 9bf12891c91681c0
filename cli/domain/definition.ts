/** What is fixed about a session: the contents of `sessions/<name>.kdl` (contract §2). Pure data. */

export type ConfigValue = string | number | boolean;

/** `agent "gemini" { … }` of the settings: a kind of agent that needs no code. */
export interface CustomAgent {
  command: string[];
  /** Added when the agent is started again; null: it does not remember. */
  resume: string[] | null;
  promptBy: 'argv' | 'paste' | 'stdin';
  turnEnd: { by: 'hook' } | { by: 'title'; pattern: string } | { by: 'silence'; seconds: number };
  /** tmux key names. */
  interrupt: string[];
  env: Record<string, string>;
}

export interface Definition {
  name: string;
  /** `claude`, `codex`, `shell`, or the name of a custom agent. */
  agent: string;
  /** What a custom agent is; null for the kinds that are built in. */
  custom: CustomAgent | null;
  /** A coordinator that a person lands in (`actor claude`); sits in the person's own directory. */
  main: boolean;
  /** The agent's own conversation id, once known. */
  conversation: string | null;
  /** Absolute directory the agent works in. */
  dir: string;
  /** Absolute root of the main work tree of the repository; null outside git. */
  repo: string | null;
  branch: string | null;
  base: { ref: string; commit: string } | null;
  /** Is `dir` a worktree that actor made (and may remove)? */
  worktree: boolean;
  parent: string | null;
  role: string | null;
  purpose: string | null;
  /** Its role's identity: goes to the agent as a system prompt. */
  prompt: string | null;
  /** Has it the MCP server of actor, to make sessions of its own? Mains have it anyway. */
  coordinator: boolean;
  /** Is the agent started without its API key, so that it uses the person's subscription? */
  useSubscription: boolean;
  config: Record<string, ConfigValue>;
  /** Which layer of the settings each value came from, in words (`role reviewer`): the keys of `config`, and `agent`, `prompt` … */
  sources: Record<string, string>;
  /** Extra arguments for the agent, given to `actor claude …` verbatim; only mains have them. */
  args: string[];
  /** ISO 8601 UTC. */
  created: string;
}
