/** `actor run`: send a prompt to a session. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { readPrompt } from '../client/prompt.js';
import { parseDuration } from '../client/time.js';
import { EXIT, type ExitCode, type Methods } from '../protocol.js';
import { askWithin, printTurn, requestKey, turnExit, turnKeys } from './turn.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io } = context;
  const params = await runParams(input, context);
  const result = await askWithin(context, 'run', params);
  const { name, prompt_id, state, ahead } = result;
  if (input.flag('json'))
    io.json({ name, prompt_id, state, ahead, ...(params.wait ? turnKeys(result) : {}) });
  if (params.wait)
    return input.flag('json') ? turnExit(result.outcome ?? null) : printTurn(io, name, turnKeys(result));
  if (!input.flag('json')) io.line(submissionLine(params.prompt, state, ahead));
  return EXIT.done;
}

/** What is asked of the daemon. @throws UsageFailure for options that contradict each other. */
async function runParams(input: Input, { io }: Context): Promise<Methods['run']['params']> {
  const [name = '', positional = null] = input.positionals;
  const slash = input.flag('slash');
  const now = input.flag('now');
  const wait = input.flag('wait');
  const timeout = input.value('timeout');
  if (slash && now)
    throw new UsageFailure('--slash and --now exclude each other: --slash only types when idle');
  if (timeout !== null && !wait) throw new UsageFailure('--timeout needs --wait');
  const timeoutMs = timeout === null ? null : parseDuration(timeout, '--timeout');
  const prompt = await readPrompt({ positional, option: input.value('prompt'), fallsBackToInput: true }, io);
  if (prompt === null && slash) throw new UsageFailure('--slash needs the command to type: /compact');
  if (prompt === null && now) throw new UsageFailure('--now needs a prompt');
  if (prompt === null && wait) throw new UsageFailure('--wait needs a prompt');
  return { name, prompt, slash, now, wait, timeout_ms: timeoutMs, key: requestKey() };
}

/** `submitted`, `queued (2 ahead)`; without a prompt of its own it only let the session go on. */
function submissionLine(prompt: string | null, state: 'submitted' | 'queued', ahead: number): string {
  if (prompt === null) return 'resumed';
  return state === 'submitted' ? 'submitted' : ahead > 0 ? `queued (${ahead} ahead)` : 'queued';
}
