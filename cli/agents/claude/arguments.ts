/** A person's own arguments of `claude`, told apart so that ours can stand beside them. Pure. Flags of 2.1.330. */

/** One option with its values, or a positional (then `flag` is null). `parts` are the arguments as they were given. */
export interface Argument {
  flag: string | null;
  values: string[];
  parts: string[];
}

/** Flags that always take one value. */
const ONE_VALUE = new Set(
  `--agent --agents --append-subagent-system-prompt --append-system-prompt --append-system-prompt-file --autocompact
   --debug-file --effort --environment --fallback-model --input-format --json-schema --max-budget-usd --max-turns
   --messaging-socket-path --model --name --output-format --permission-mode --permission-prompt-tool --permission-prompts
   --plugin-dir --plugin-url --remote-control-session-name-prefix --session-id --setting-sources --settings
   --system-prompt --system-prompt-file --system-prompt-snapshot`.split(/\s+/),
);

/** Flags that take every value up to the next flag. */
const MANY_VALUES = new Set(
  `--add-dir --allowed-tools --allowedTools --betas --channels --dangerously-load-development-channels
   --disallowed-tools --disallowedTools --file --mcp-config --tools`.split(/\s+/),
);

/** Flags without a value. A flag that is in none of the three tables may have one value, or none. */
const NO_VALUE = new Set(
  `--allow-dangerously-skip-permissions --ax-screen-reader --background --bare --bg --brief --chrome --continue
   --dangerously-skip-permissions --desktop --disable-slash-commands --exclude-dynamic-system-prompt-sections
   --fork-session --forward-subagent-text --help --ide --include-hook-events --include-partial-messages --no-chrome
   --no-session-persistence --print --replay-user-messages --restricted --safe-mode --strict-mcp-config --tmux
   --verbose --version`.split(/\s+/),
);

const SHORT: Record<string, string> = {
  '-c': '--continue',
  '-d': '--debug',
  '-h': '--help',
  '-n': '--name',
  '-p': '--print',
  '-r': '--resume',
  '-v': '--version',
  '-w': '--worktree',
};

/** Splits an argument list into options and positionals, in order; joining their `parts` gives the list again. */
export function readArguments(args: readonly string[]): Argument[] {
  const found: Argument[] = [];
  for (let index = 0; index < args.length; ) {
    const argument = readOne(args, index);
    found.push(argument);
    index += argument.parts.length;
  }
  return found;
}

function readOne(args: readonly string[], index: number): Argument {
  const word = args[index]!;
  if (word === '--') return { flag: null, values: args.slice(index + 1), parts: args.slice(index) };
  if (!/^-./.test(word)) return { flag: null, values: [word], parts: [word] };
  const equals = /^(--[^=]+)=([\s\S]*)$/.exec(word);
  if (equals) return { flag: equals[1]!, values: [equals[2]!], parts: [word] };
  const short = /^-[a-zA-Z]/.test(word) ? SHORT[word.slice(0, 2)] : undefined;
  // `-rID` is the value glued to the flag; of `-cd` the first flag is what matters here.
  if (short && word.length > 2) return { flag: short, values: [word.slice(2)], parts: [word] };
  const flag = short ?? word;
  const values = valuesAfter(args, index + 1, flag);
  return { flag, values, parts: [word, ...values] };
}

function valuesAfter(args: readonly string[], from: number, flag: string): string[] {
  if (NO_VALUE.has(flag) || from >= args.length) return [];
  if (ONE_VALUE.has(flag)) return [args[from]!];
  const next = args.findIndex((word, index) => index >= from && /^-/.test(word));
  const values = args.slice(from, next === -1 ? args.length : next);
  return MANY_VALUES.has(flag) ? values : values.slice(0, 1);
}

/** The value of a flag that counts when it is given several times: claude takes the last. Null: not given. */
export function lastValue(list: readonly Argument[], flag: string): string | null {
  return list.findLast(argument => argument.flag === flag)?.values[0] ?? null;
}

/** Is any of these flags given? */
export function has(list: readonly Argument[], ...flags: string[]): boolean {
  return list.some(argument => argument.flag !== null && flags.includes(argument.flag));
}

/** The arguments as words again, without these flags. */
export function without(list: readonly Argument[], ...flags: string[]): string[] {
  return list.filter(each => each.flag === null || !flags.includes(each.flag)).flatMap(each => each.parts);
}
