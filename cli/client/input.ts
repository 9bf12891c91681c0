/** What was typed, sorted by the parser and already checked against the command's options and positionals. */
import type { Command } from './command.js';

export class Input {
  readonly command: Command;
  readonly positionals: readonly string[];
  readonly #options: ReadonlyMap<string, readonly string[]>;

  constructor(
    command: Command,
    positionals: readonly string[],
    options: ReadonlyMap<string, readonly string[]>,
  ) {
    this.command = command;
    this.positionals = positionals;
    this.#options = options;
  }

  /** Was this flag given? */
  flag(name: string): boolean {
    this.#know(name);
    return this.#options.has(name);
  }

  /** The value of an option that may be given once; null when it was not. */
  value(name: string): string | null {
    this.#know(name);
    return this.#options.get(name)?.[0] ?? null;
  }

  /** All values of an option that may be repeated, in order. */
  values(name: string): readonly string[] {
    this.#know(name);
    return this.#options.get(name) ?? [];
  }

  /** A command that asks for an option it does not have would always get "not given": a defect, so it is loud. */
  #know(name: string): void {
    if (!this.command.options.some(option => option.name === name))
      throw new Error(`the command ${this.command.name} has no option --${name}`);
  }
}
