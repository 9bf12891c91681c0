/** `actor new`: create a session, and let it start working. */
import { resolve } from 'node:path';
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { readPrompt } from '../client/prompt.js';
import { checkBranchOptions, checkNameOrPrompt, checkNewName, requestKey } from '../client/rules.js';
import { parseDuration } from '../client/time.js';
import { parseAssignment, valuesByKey } from '../client/values.js';
import { isValidName } from '../domain/names.js';
import { EXIT, type ExitCode, type Methods } from '../protocol.js';
import { askWithin, printTurn, turnExit, turnKeys } from './turn.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io } = context;
  const params = await newParams(input, context);
  const { run: turn, ...session } = await askWithin(context, 'new', params);
  const ended = params.wait ? turnKeys(turn ?? {}) : null;
  if (input.flag('json')) {
    io.json({ ...session, ...ended });
    return ended ? turnExit(ended.outcome) : EXIT.done;
  }
  if (ended) return printTurn(io, session.name, ended);
  io.line(session.name);
  return EXIT.done;
}

/** What is asked of the daemon. @throws UsageFailure for a bad name and for options that contradict each other. */
async function newParams(input: Input, { io, cwd }: Context): Promise<Methods['new']['params']> {
  const { name, positional } = nameAndPrompt(input.positionals, input.value('prompt') !== null);
  const wait = input.flag('wait');
  const worktree = !input.flag('no-worktree');
  const timeout = input.value('timeout');
  const dir = input.value('dir');
  if (timeout !== null && !wait) throw new UsageFailure('--timeout needs --wait');
  const base = input.value('base');
  const branch = input.value('branch');
  checkBranchOptions({ worktree, base, branch }, option => `--${option}`);
  const timeoutMs = timeout === null ? null : parseDuration(timeout, '--timeout');
  const config = configOf(input.values('config'));
  const prompt = await readPrompt({ positional, option: input.value('prompt'), fallsBackToInput: false }, io);
  if (wait && prompt === null) throw new UsageFailure('--wait needs a prompt');
  checkNameOrPrompt({ name, prompt });
  return {
    name,
    prompt,
    agent: input.value('agent'),
    role: input.value('role'),
    base,
    branch,
    dir: dir === null ? null : resolve(cwd, dir),
    worktree,
    model: input.value('model'),
    config,
    purpose: input.value('purpose'),
    wait,
    timeout_ms: timeoutMs,
    key: requestKey(),
  };
}

/**
 * Which positional is what: of two the first is the name; one alone is the name if it can be, and the prompt if it has a
 * blank in it. @throws UsageFailure, with a name that would do, when it is neither.
 */
function nameAndPrompt(
  positionals: readonly string[],
  promptByOption: boolean,
): { name: string | null; positional: string | null } {
  const [first, second] = positionals;
  if (first === undefined) return { name: null, positional: null };
  if (second === undefined && !isValidName(first) && (first === '-' || (/\s/.test(first) && !promptByOption)))
    return { name: null, positional: first };
  checkNewName(first);
  return { name: first, positional: second ?? null };
}

/** `KEY=VALUE` words as an object. */
function configOf(words: readonly string[]): Methods['new']['params']['config'] {
  const assignments = words.map(word => {
    const assignment = parseAssignment(word);
    if (!assignment) throw new UsageFailure(`--config needs KEY=VALUE, not ${word}`);
    return assignment;
  });
  return valuesByKey(assignments, '--config ');
}
