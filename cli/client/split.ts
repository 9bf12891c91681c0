/** Words → options and positionals, by yargs' parser. */
import parser from 'yargs-parser';
import type { Option } from './command.js';

export interface Split {
  /** By long name (by its letter where only that was typed and is unknown): all values in order; a flag's is ''. */
  options: ReadonlyMap<string, readonly string[]>;
  positionals: readonly string[];
}

/**
 * One pass of yargs' parser. With `haltAtCommand` everything from the first positional on is positional. The options may
 * hold unknown ones; an option that has no value where it needs one has the value ''.
 */
export function splitWords(
  words: readonly string[],
  known: readonly Option[],
  haltAtCommand: boolean,
): Split {
  const narg: Record<string, number> = {};
  const alias: Record<string, string> = {};
  const names: string[] = [];
  for (const { name, short, value } of known) {
    names.push(name);
    // 0 for flags too: a plain boolean would swallow a following `true` or `false`, which may be the prompt of a shell.
    narg[name] = value === undefined ? 0 : 1;
    if (short) alias[name] = short;
  }
  const parsed = parser([...words], {
    string: names,
    narg,
    alias,
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'halt-at-non-option': haltAtCommand,
      'nargs-eats-options': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    },
  });
  const options = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(parsed)) {
    if (name !== '_')
      options.set(
        name,
        ([] as unknown[]).concat(value).map(each => (each === undefined ? '' : String(each))),
      );
  }
  return { options, positionals: parsed._.map(String) };
}
