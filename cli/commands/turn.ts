/** How the end of a turn that was waited for is told: its last message is the result, the exit code says the rest. */
import type { Context } from '../client/context.js';
import type { Io } from '../client/io.js';
import { EXIT, type ExitCode, type Methods, type TurnResult } from '../protocol.js';

/**
 * Asks for a turn; `timeout_ms` counts from the first time, however often it must be asked. A daemon that was killed meanwhile
 * knows the request again by its key, so the prompt is sent once.
 */
export function askWithin<M extends 'new' | 'run'>(
  context: Context,
  method: M,
  params: Methods[M]['params'],
): Promise<Methods[M]['result']> {
  const limit = params.timeout_ms;
  let begin: number | null = null;
  const anew = () => {
    begin ??= performance.now();
    const left = limit === null ? null : Math.max(0, Math.round(limit - (performance.now() - begin)));
    return { ...params, timeout_ms: left };
  };
  return params.wait ? context.follow(method, anew) : context.call(method, params);
}

/** The four keys that `--wait` adds to the JSON of `run` and `new`, absent ones as null. */
export function turnKeys(turn: Partial<TurnResult>): TurnResult {
  const { outcome = null, reason = null, message = null, duration_ms = null } = turn;
  return { outcome, reason, message, duration_ms };
}

/** Prints the last message and, when the turn did not complete, why; returns the exit code. */
export function printTurn(io: Io, name: string, turn: TurnResult): ExitCode {
  if (turn.message) io.foreign(turn.message);
  if (turn.outcome !== 'completed') io.note(`actor: ${turnSentence(name, turn)}`);
  return turnExit(turn.outcome);
}

/** 0 for a completed turn, else 5. */
export function turnExit(outcome: TurnResult['outcome']): ExitCode {
  return outcome === 'completed' ? EXIT.done : EXIT.incomplete;
}

function turnSentence(name: string, { outcome, reason }: TurnResult): string {
  const why = reason ? ` (${reason})` : '';
  switch (outcome) {
    case 'failed':
      return `the turn of ${name} failed${why}`;
    case 'stopped':
      return `the turn of ${name} was stopped${why}`;
    case 'lost':
      return `the agent of ${name} went away in the middle of its turn${why}`;
    default:
      return `the turn of ${name} did not complete${why}`;
  }
}
