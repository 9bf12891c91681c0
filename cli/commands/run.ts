/** `actor run`: send a prompt to a session. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { readPrompt } from '../client/prompt.js';
import { checkRunOptions, checkRunPrompt, requestKey } from '../client/rules.js';
import { parseDuration } from '../client/time.js';
import { EXIT, type ExitCode, type Methods } from '../protocol.js';
import { submissionLine } from '../texts/prompts.js';
import { askWithin, printTurn, turnExit, turnKeys } from './turn.js';

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
  checkRunOptions({ slash, now }, dashed);
  if (timeout !== null && !wait) throw new UsageFailure('--timeout needs --wait');
  const timeoutMs = timeout === null ? null : parseDuration(timeout, '--timeout');
  const prompt = await readPrompt({ positional, option: input.value('prompt'), fallsBackToInput: true }, io);
  checkRunPrompt({ prompt, slash, now }, dashed);
  if (prompt === null && wait) throw new UsageFailure('--wait needs a prompt');
  return { name, prompt, slash, now, wait, timeout_ms: timeoutMs, key: requestKey() };
}

function dashed(option: string): string {
  return `--${option}`;
}
