/** How a failure reaches the person: `actor: …`, `hint: …`, an exit code; never a stack, but with ACTOR_DEBUG=1. */
import { Failure } from '../domain/failure.js';
import { EXIT, type ExitCode, type WireError } from '../protocol.js';
import { type Command, usageLine } from './command.js';
import { visible } from './width.js';

/** A failure that the daemon reported; `remoteStack` is the daemon's own, sent only when it runs with ACTOR_DEBUG=1. */
export class DaemonFailure extends Failure {
  readonly remoteStack: string | undefined;

  constructor(error: WireError) {
    super(error.code, error.message, error.hint);
    this.name = 'DaemonFailure';
    this.remoteStack = error.stack;
  }
}

/** Wrong usage: exit 2, and the usage line of the command that was meant, if that is known. */
export class UsageFailure extends Failure {
  command: Command | null;

  constructor(message: string, hint?: string, command: Command | null = null) {
    super(EXIT.usage, message, hint);
    this.name = 'UsageFailure';
    this.command = command;
  }
}

/** The lines for stderr and the exit code of anything thrown. `debug`: with stacks. */
export function describeError(error: unknown, debug: boolean): { text: string; code: ExitCode } {
  const failure = error instanceof Failure ? error : null;
  const message = failure
    ? failure.message
    : `internal error: ${error instanceof Error ? error.message : String(error)}`;
  const hint = failure ? failure.hint : debug ? undefined : 'ACTOR_DEBUG=1 shows where';
  const lines = [`actor: ${visible(message)}`];
  if (hint) lines.push(`hint: ${visible(hint)}`);
  if (error instanceof UsageFailure && error.command) lines.push(`usage: ${usageLine(error.command)}`);
  if (debug) {
    if (error instanceof DaemonFailure && error.remoteStack) lines.push(`daemon: ${error.remoteStack}`);
    if (error instanceof Error && error.stack) lines.push(error.stack);
  }
  return { text: `${lines.join('\n')}\n`, code: failure ? failure.code : EXIT.failed };
}
