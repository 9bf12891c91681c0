/** What is fixed about a session: the contents of `sessions/<name>.kdl` (contract §2). Pure data. */

export type ConfigValue = string | number | boolean;

export interface Definition {
  name: string;
  /** `claude`, `codex`, `shell`, or the name of a custom agent. */
  agent: string;
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
  config: Record<string, ConfigValue>;
  /** Extra arguments for the agent, given to `actor claude …` verbatim; only mains have them. */
  args: string[];
  /** ISO 8601 UTC. */
  created: string;
}
