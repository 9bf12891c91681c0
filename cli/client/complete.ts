/**
 * What could stand at the end of an unfinished command line, from the same catalog that the parser reads. Pure. Not yargs' own
 * completion: all of yargs would be loaded for each Tab, and it knows nothing of options that stand before a command's word.
 */
import type { Command, NameKind, Option } from './command.js';
import { GLOBAL_OPTIONS } from './parse.js';

export interface Candidate {
  value: string;
  help: string;
}

export interface Wanted {
  /** What was typed of it so far. */
  typed: string;
  /** Stands before it in the same word: `--agent=`. */
  prefix: string;
  /** Words of the catalog, whether they begin so or not. */
  words: readonly Candidate[];
  /** Names of this kind could stand there as well; null: none could. */
  of: NameKind | null;
  /** What stands there already, where several may. */
  given: readonly string[];
}

/** `line`: the words behind `actor`, the last one unfinished (perhaps empty), as they were typed or as bash cuts them. */
export function wantedAt(line: readonly string[], catalog: readonly Command[]): Wanted {
  const words = withoutEquals(line);
  const typed = words.at(-1) ?? '';
  const { command, isHelp, known, options, positionals, open, isEnded } = read(words.slice(0, -1), catalog);
  if (open) return valuesOf(open, typed, '');
  if (command === undefined || command?.verbatim) return nothing(typed);
  if (!isEnded && typed.startsWith('-')) {
    const [, written = '', rest = ''] = /^--([^=]+)=(.*)$/s.exec(typed) ?? [];
    const option = known.find(({ name, value }) => name === written && value !== undefined);
    if (written !== '') return option ? valuesOf(option, rest, `--${written}=`) : nothing(typed);
    const isFree = ({ name, repeatable }: Option) => repeatable || !options.has(name);
    const offered = command === null ? beforeCommand(catalog) : known;
    return {
      ...nothing(typed),
      words: offered.filter(isFree).map(({ name, help }) => ({ value: `--${name}`, help })),
    };
  }
  if (command === null) {
    if (isHelp && positionals.length > 0) return nothing(typed);
    const commands = catalog.filter(({ hidden }) => !hidden);
    return {
      ...nothing(typed),
      words: commands.map(({ name, summary }) => ({ value: name, help: summary })),
    };
  }
  const last = command.positionals.at(-1);
  const isMany = last?.count === 'many' || last?.count === 'some';
  const positional = command.positionals[positionals.length] ?? (isMany ? last : undefined);
  return positional ? { ...valuesOf(positional, typed, ''), given: positionals } : nothing(typed);
}

function nothing(typed: string): Wanted {
  return { typed, prefix: '', words: [], of: null, given: [] };
}

function valuesOf(
  { choices = [], of }: Pick<Option, 'choices' | 'of'>,
  typed: string,
  prefix: string,
): Wanted {
  const words = choices.map(value => ({ value, help: '' }));
  return { ...nothing(typed), prefix, words, of: of ?? null };
}

/** Bash makes three words of `--agent=claude`. */
function withoutEquals(line: readonly string[]): string[] {
  const words: string[] = [];
  for (const [index, word] of line.entries())
    if (word !== '=' || !line[index - 1]?.startsWith('--')) words.push(word);
    else if (index === line.length - 1) words.push('');
  return words;
}

/** Options that may stand before a command's word. */
function beforeCommand(catalog: readonly Command[]): Option[] {
  const all = [
    ...catalog.filter(({ verbatim }) => verbatim).flatMap(({ options }) => options),
    ...GLOBAL_OPTIONS,
  ];
  return all.filter(({ name }, index) => all.findIndex(each => each.name === name) === index);
}

/** The words before the unfinished one. */
function read(words: readonly string[], catalog: readonly Command[]) {
  /** null: none yet; undefined: one that there is not. */
  let command: Command | null | undefined = null;
  let known: Option[] = [...catalog.flatMap(({ options }) => options), ...GLOBAL_OPTIONS];
  let isHelp = false;
  let isEnded = false;
  /** Its value comes next. */
  let open: Option | null = null;
  const options = new Set<string>();
  const positionals: string[] = [];
  for (const word of words) {
    if (open) open = null;
    else if (!isEnded && word === '--') isEnded = true;
    else if (!isEnded && word.startsWith('-') && word !== '-') {
      const [written = ''] = word.split('=');
      const option = known.find(({ name, short }) => written === `--${name}` || written === `-${short}`);
      if (option) options.add(option.name);
      if (option?.value !== undefined && written === word) open = option;
    } else if (command === null && !isHelp) {
      isHelp = word === 'help';
      if (isHelp) continue;
      command = catalog.find(
        ({ name, aliases, hidden }) => !hidden && [name, ...(aliases ?? [])].includes(word),
      );
      if (!command || command.verbatim) break;
      known = [...command.options, ...GLOBAL_OPTIONS];
    } else positionals.push(word);
  }
  return { command, isHelp, known, options, positionals, open, isEnded };
}
