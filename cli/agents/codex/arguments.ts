/** A person's own arguments of `codex`, told apart so that ours can stand beside them. Pure. Options of codex-cli 0.169.0. */
import { parse } from 'smol-toml';

/** Options with one value; all other options have none, but `--image`, which takes words up to the next option. */
const ONE_VALUE = new Set(
  `--config --enable --disable --remote --remote-auth-token-env --model --local-provider --profile --sandbox --cd --add-dir
   --ask-for-approval`.split(/\s+/),
);
const MANY_VALUES = new Set(['--image']);
const SHORT: Record<string, string> = {
  '-c': '--config',
  '-i': '--image',
  '-m': '--model',
  '-p': '--profile',
  '-s': '--sandbox',
  '-C': '--cd',
  '-a': '--ask-for-approval',
  '-h': '--help',
  '-V': '--version',
};
/** Those of the subcommands that are the interactive codex; the others do something else and end. */
const CONTINUES = ['resume', 'fork'];
const OTHER_COMMANDS = new Set(
  `agents exec e review login logout mcp plugin app-server remote-control completion update doctor sandbox debug apply a queue
   archive delete migrate-rollouts migrate-nfs-db unarchive cloud exec-server features help`.split(/\s+/),
);

export interface Option {
  /** Its long name. */
  name: string;
  values: string[];
  /** The words as they were given. */
  parts: string[];
}

export interface Arguments {
  /** `resume` or `fork`. */
  subcommand: string | null;
  /** A subcommand that is not the interactive codex. */
  other: string | null;
  options: Option[];
  positionals: string[];
}

/** Sorts an argument list. An option that is not known is taken for one without a value. */
export function readArguments(args: readonly string[]): Arguments {
  const found: Arguments = { subcommand: null, other: null, options: [], positionals: [] };
  for (let index = 0; index < args.length; ) {
    const word = args[index]!;
    if (word === '--') {
      found.positionals.push(...args.slice(index + 1));
      break;
    }
    if (/^-./.test(word)) {
      const option = readOption(args, index);
      found.options.push(option);
      index += option.parts.length;
      continue;
    }
    const isFirst = found.subcommand === null && found.positionals.length === 0;
    if (isFirst && CONTINUES.includes(word)) found.subcommand = word;
    else {
      if (isFirst && OTHER_COMMANDS.has(word)) found.other = word;
      found.positionals.push(word);
    }
    index++;
  }
  return found;
}

function readOption(args: readonly string[], index: number): Option {
  const word = args[index]!;
  const equals = /^(--[^=]+)=([\s\S]*)$/.exec(word);
  if (equals) return { name: equals[1]!, values: [equals[2]!], parts: [word] };
  const isShort = !word.startsWith('--');
  const name = isShort ? (SHORT[word.slice(0, 2)] ?? word) : word;
  if (isShort && word.length > 2 && ONE_VALUE.has(name))
    return { name, values: [word.slice(2).replace(/^=/, '')], parts: [word] };
  const rest = args.slice(index + 1);
  const next = rest.findIndex(each => /^-/.test(each));
  const many = next === -1 ? rest : rest.slice(0, next);
  const values = MANY_VALUES.has(name) ? many : ONE_VALUE.has(name) ? rest.slice(0, 1) : [];
  return { name, values, parts: [word, ...values] };
}

/** Is any of these options given? */
export function has({ options }: Arguments, ...names: string[]): boolean {
  return options.some(option => names.includes(option.name));
}

/**
 * The value that `-c key=…` gives this key, the last one, as it stands there in TOML; undefined: none does. Codex takes what is
 * no TOML as text.
 */
export function configured({ options }: Arguments, key: string): unknown {
  const given = options.findLast(
    ({ name, values }) => name === '--config' && values[0]?.split('=')[0]?.trim() === key,
  )?.values[0];
  if (given === undefined) return undefined;
  const text = given.slice(given.indexOf('=') + 1).trim();
  try {
    return parse(`value = ${text}`).value;
  } catch {
    return text;
  }
}
