/** `actor wait`: until sessions have settled. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { parseDuration } from '../client/time.js';
import { oneLine } from '../client/width.js';
import { EXIT, type ExitCode, type WaitResult } from '../protocol.js';

export async function run(input: Input, { io, follow }: Context): Promise<ExitCode> {
  const json = input.flag('json');
  const timeout = input.value('timeout');
  const timeoutMs = timeout === null ? null : parseDuration(timeout, '--timeout');
  const told = new Set<string>();
  const tell = (result: WaitResult) => {
    if (json || told.has(result.name)) return;
    told.add(result.name);
    io.line(waitLine(result));
  };
  const deadline = timeoutMs === null ? null : performance.now() + timeoutMs;
  const params = () => ({
    names: [...input.positionals],
    any: input.flag('any'),
    timeout_ms: deadline === null ? null : Math.max(0, Math.round(deadline - performance.now())),
  });
  const { settled, timed_out } = await follow('wait', params, { item: tell });
  for (const result of settled) tell(result);
  if (json)
    io.json(
      settled.map(({ name, status, outcome, reason, message }) => ({
        name,
        status,
        outcome,
        reason,
        message,
      })),
    );
  if (timed_out) {
    io.note(`actor: not all have settled after ${timeout}`);
    return EXIT.timedOut;
  }
  return settled.every(isComplete) ? EXIT.done : EXIT.incomplete;
}

/** Did it do what it was asked? Not when it waits for a person, is gone, or its last turn ended badly. */
function isComplete({ status, outcome }: WaitResult): boolean {
  return status !== 'waiting' && status !== 'exited' && (outcome === null || outcome === 'completed');
}

/** `fix-nav  idle  completed: the last message, on one line`. */
function waitLine({ name, status, outcome, reason, message }: WaitResult): string {
  const how = outcome === null ? '' : `  ${outcome}${reason ? ` (${oneLine(reason)})` : ''}`;
  const said = message === null ? '' : oneLine(message);
  return `${name}  ${status}${how}${said === '' ? '' : `: ${said}`}`;
}
