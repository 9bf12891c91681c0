/** What a tool is: one verb of the command line, as an agent calls it. */
import type { Method, Methods } from '../protocol.js';
import type { Arguments } from './arguments.js';
import type { InputSchema } from './schema.js';

export interface Tool {
  /** The verb. */
  name: string;
  /** For a model: when to use it, and what comes back. */
  description: string;
  input: InputSchema;
  kind: Kind;
  /** @throws Failure as the command line would report it. */
  call(args: Arguments, caller: ToolCaller): Promise<Answer>;
}

/** `looks` changes nothing; `acts` adds or goes on; `ends` interrupts, drops or removes something. */
export type Kind = 'looks' | 'acts' | 'ends';

/** What a call may use. */
export interface ToolCaller {
  /** The session whose agent calls; null: none does. */
  session: string | null;
  /** The directory of that session. */
  cwd: string;
  ask<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>;
  /** Something to tell beside the answer, as the command line does on stderr. */
  notice(text: string): void;
}

export interface Answer {
  /** What the command prints with `--json`; an array of it has a name here. */
  content: Record<string, unknown>;
  /** The same in words. */
  lines: readonly string[];
}
