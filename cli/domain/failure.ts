import type { ExitCode, WireError } from '../protocol.js';

/**
 * A failure that a person should read: one sentence without a full stop, and where one exists the command that helps.
 * Whatever else is thrown is a defect of ours and is reported as such.
 */
export class Failure extends Error {
  readonly code: ExitCode;
  readonly hint: string | undefined;

  constructor(code: ExitCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.code = code;
    this.hint = hint;
  }
}

/** A thrown value as it goes over the wire; a stack only with ACTOR_DEBUG=1. */
export function toWireError(error: unknown, debug: boolean): WireError {
  const stack = debug && error instanceof Error && error.stack ? { stack: error.stack } : {};
  if (error instanceof Failure)
    return {
      code: error.code,
      message: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
      ...stack,
    };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 1, message: `internal error: ${message}`, hint: 'actor daemon logs', ...stack };
}
