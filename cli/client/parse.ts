/**
 * What was typed → which command with which input. yargs' parser splits the words; what it leaves open (unknown options,
 * counts, repetitions) is decided here, from the same catalog that yargs' help is made of. Pure, but for what it loads.
 *
 * Full yargs is not loaded for this: it would more than double the time that every command takes.
 */

import { nearest } from '../domain/suggest.js';
import type { Command, Option } from './command.js';
import { UsageFailure } from './errors.js';
import { Input } from './input.js';
import type { Split } from './split.js';

/** Options that every command has. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  { name: 'help', short: 'h', help: 'Show this help' },
  { name: 'version', help: 'Show the version' },
  { name: 'no-color', help: 'No colours (also NO_COLOR)' },
];

export type Parsed =
  | { do: 'version' }
  | { do: 'help'; command: Command | null }
  | { do: 'run'; command: Command; input: Input; noColor: boolean };

/**
 * Sorts `argv` (without node and script).
 * @throws UsageFailure with the command's usage line, and a suggestion where one is near.
 */
export async function parse(argv: readonly string[], catalog: readonly Command[]): Promise<Parsed> {
  const { before, word, after } = await splitAtCommand(argv, catalog);
  if (word === null) {
    const { options } = await split(before, [...GLOBAL_OPTIONS, ...everyOption(catalog)]);
    checkOptions(before, options, GLOBAL_OPTIONS, null);
    return options.has('version') ? { do: 'version' } : { do: 'help', command: null };
  }
  if (word === 'help')
    return { do: 'help', command: after[0] === undefined ? null : find(after[0], catalog) };

  const command = find(word, catalog);
  const known = [...GLOBAL_OPTIONS, ...command.options];
  const typed = command.verbatim ? before : [...before, ...after];
  try {
    const { options, positionals } = await split(typed, known);
    checkOptions(typed, options, known, command);
    if (options.has('version')) return { do: 'version' };
    if (options.has('help')) return { do: 'help', command };
    const given = command.verbatim ? after : positionals;
    if (!command.verbatim) checkPositionals(given, command);
    return {
      do: 'run',
      command,
      input: new Input(command, given, options),
      noColor: options.has('no-color'),
    };
  } catch (error) {
    if (error instanceof UsageFailure) error.command ??= command;
    throw error;
  }
}

/** The command's word is the first that is neither an option nor an option's value. */
async function splitAtCommand(argv: readonly string[], catalog: readonly Command[]) {
  if (argv[0] !== undefined && !argv[0].startsWith('-'))
    return { before: [], word: argv[0], after: argv.slice(1) };
  const { positionals } = await split(argv, [...GLOBAL_OPTIONS, ...everyOption(catalog)], true);
  const before = argv.slice(0, argv.length - positionals.length).filter(word => word !== '--');
  const [word = null, ...after] = positionals;
  return { before, word, after };
}

function everyOption(catalog: readonly Command[]): Option[] {
  return catalog.flatMap(command => command.options);
}

function find(word: string, catalog: readonly Command[]): Command {
  const found = catalog.find(command => command.name === word || command.aliases?.includes(word));
  if (found) return found;
  const names = catalog.flatMap(command =>
    command.hidden ? [] : [command.name, ...(command.aliases ?? [])],
  );
  const near = nearest(word, [...names, 'help']);
  throw new UsageFailure(
    `unknown command: ${word}${near === null ? '' : ` (did you mean ${near}?)`}`,
    near === null ? 'actor --help' : `actor ${near}`,
  );
}

/** Words without a dash are positionals, all of them; only for others the parser is loaded (milliseconds of a command). */
async function split(
  words: readonly string[],
  known: readonly Option[],
  haltAtCommand = false,
): Promise<Split> {
  if (!words.some(word => word.startsWith('-'))) return { options: new Map(), positionals: words };
  const { splitWords } = await import('./split.js');
  return splitWords(words, known, haltAtCommand);
}

function checkOptions(
  words: readonly string[],
  options: ReadonlyMap<string, readonly string[]>,
  known: readonly Option[],
  command: Command | null,
): void {
  const end = words.indexOf('--');
  const values = new Set([...options.values()].flat());
  const dashed = (end === -1 ? words : words.slice(0, end)).filter(
    word => word.startsWith('-') && !values.has(word),
  );
  // The parser keeps positionals under this name, so an option of that name would become one.
  if (dashed.some(word => /^--_(=|$)/.test(word))) throw unknownOption('--_', known, command);
  for (const [name, given] of options) {
    const option = known.find(each => each.name === name);
    const written = name.length === 1 ? `-${name}` : `--${name}`;
    if (!option) throw unknownOption(written, known, command);
    if (option.value === undefined) {
      const spellings = [written, ...(option.short ? [`-${option.short}`] : [])];
      if (dashed.some(word => spellings.some(spelling => word.startsWith(`${spelling}=`))))
        throw new UsageFailure(`${written} takes no value`);
      continue;
    }
    if (given.length > 1 && !option.repeatable) throw new UsageFailure(`${written} was given twice`);
    for (const value of given) checkValue(option, value, known);
  }
}

function checkValue(option: Option, value: string, known: readonly Option[]): void {
  const isOption = known.some(({ name, short }) => value === `--${name}` || value === `-${short}`);
  if (value === '' || (isOption && !option.freeText))
    throw new UsageFailure(`--${option.name} needs a value: --${option.name} ${option.value}`);
  if (option.choices && !option.choices.includes(value))
    throw unknownChoice(`--${option.name}`, value, option.choices);
}

function checkPositionals(given: readonly string[], { positionals, name }: Command): void {
  const needed = positionals.filter(({ count }) => count === 'one' || count === 'some');
  const missing = needed[given.length];
  if (missing) throw new UsageFailure(`${name} needs <${missing.name}>: ${missing.help}`);
  const open = positionals.some(({ count }) => count === 'many' || count === 'some');
  if (!open && given.length > positionals.length)
    throw new UsageFailure(
      `too many arguments: ${given.slice(positionals.length).join(' ')}`,
      positionals.some(positional => positional.name === 'prompt') ? 'put the prompt into quotes' : undefined,
    );
  for (const [index, { choices, name: word }] of positionals.entries()) {
    const value = given[index];
    if (value !== undefined && choices && !choices.includes(value)) throw unknownChoice(word, value, choices);
  }
}

function unknownChoice(what: string, value: string, choices: readonly string[]): UsageFailure {
  const near = nearest(value, choices);
  return new UsageFailure(
    `${what} cannot be ${value}${near === null ? '' : ` (did you mean ${near}?)`}; it is one of ${choices.join(' ')}`,
  );
}

function unknownOption(written: string, known: readonly Option[], command: Command | null): UsageFailure {
  const near =
    written.length === 2
      ? null
      : nearest(
          written.slice(2),
          known.map(({ name }) => name),
        );
  return new UsageFailure(
    `unknown option: ${written}${near === null ? '' : ` (did you mean --${near}?)`}`,
    command ? `actor ${command.name} --help` : 'actor --help',
  );
}
