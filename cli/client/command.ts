/** What a command is, as data: the catalog is made of these; the parser, the help and the errors read them. */
import type { ExitCode } from '../protocol.js';
import type { Context } from './context.js';
import type { Input } from './input.js';

/** Names that are known only while actor runs; a `directory` the shell knows best. */
export type NameKind = 'session' | 'agent' | 'role' | 'directory';

export interface Option {
  /** Long name without dashes, as typed: `no-worktree`. */
  name: string;
  /** One letter, without the dash. */
  short?: string;
  /** The word for its value in help (`TEXT`); absent: a flag. */
  value?: string;
  /** May be given more than once. */
  repeatable?: boolean;
  /** The values that are allowed, where they are few. */
  choices?: readonly string[];
  /** What its values are the names of. */
  of?: NameKind;
  /** A value may begin with a dash and still need no `=`: free text. */
  freeText?: boolean;
  help: string;
}

export interface Positional {
  name: string;
  /** `one` must be there, `optional` may, `many` is any number, `some` is at least one. */
  count: 'one' | 'optional' | 'many' | 'some';
  choices?: readonly string[];
  of?: NameKind;
  help: string;
}

/** What the module of a command exports; null: the process ends by itself (a server on stdio). */
export interface CommandModule {
  run(input: Input, context: Context): Promise<ExitCode | null>;
}

export interface Command {
  name: string;
  aliases?: readonly string[];
  summary: string;
  /** Not in the help: the window's own keys or the shell's Tab run it. */
  hidden?: boolean;
  positionals: readonly Positional[];
  options: readonly Option[];
  /** Options stand before the command's word; everything after it belongs to another program, unread. */
  verbatim?: boolean;
  /** Shell lines for the end of its help, each with what it does. */
  examples?: readonly (readonly [line: string, what: string])[];
  load: () => Promise<CommandModule>;
}

/** `actor run <name> [prompt] [options]`: one line that says how a command is written. */
export function usageLine(command: Command): string {
  const positionals = command.positionals.map(positionalUsage);
  const options = command.options.length > 0 ? ['[options]'] : [];
  return command.verbatim
    ? ['actor', ...options, command.name, ...positionals].join(' ')
    : ['actor', command.name, ...positionals, ...options].join(' ');
}

/** A positional as usage lines write it: `<name>`, `[name]`, `<name..>`, `[name..]`. */
export function positionalUsage({ name, count }: Positional): string {
  switch (count) {
    case 'one':
      return `<${name}>`;
    case 'optional':
      return `[${name}]`;
    case 'many':
      return `[${name}..]`;
    case 'some':
      return `<${name}..>`;
  }
}
