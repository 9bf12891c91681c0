/** One question to the daemon, asked until it is answered: a daemon that dies over it is followed by the next one, where that is safe. */
import { readFileSync } from 'node:fs';
import { BUILD } from '../build.js';
import { Failure } from '../domain/failure.js';
import { type Caller, EXIT, type Method, type Methods } from '../protocol.js';
import { CONNECT_DEADLINE, type ConnectOptions, connect, pause, type StartPolicy } from './connect.js';
import { DaemonFailure } from './errors.js';
import { exchange, type Handlers, SILENCE } from './exchange.js';
import type { Home } from './home.js';

export interface Question<M extends Method> {
  method: M;
  /** Taken anew each time it is asked (what is left of a time limit, the last event that was seen). */
  params: () => Methods[M]['params'];
  caller: Caller;
  handlers: Handlers<M>;
  start: StartPolicy;
  /** How to go on when the daemon is lost before it answered; null: not at all. */
  again: StartPolicy | null;
  /** Asks a daemon of whatever build, where one runs; else one of another build is replaced. */
  anyBuild?: boolean;
  /** Gives the answer up: the connection is closed. What the daemon has begun goes on, but for what `new` has not made yet. */
  signal?: AbortSignal | undefined;
}

/** The daemon ended before it answered: what became of the request is unknown. */
export class ConnectionLost extends Failure {
  constructor() {
    super(
      EXIT.failed,
      'the daemon ended before it answered, so what became of the request is unknown',
      'actor list',
    );
    this.name = 'ConnectionLost';
  }
}

/** It may be killed at any moment, and nothing is lost. */
function silentDaemon({ daemonPid }: Home): string {
  let pid = '?';
  try {
    pid = readFileSync(daemonPid, 'utf8').trim();
  } catch {
    // It has just removed it: the connection ends as well.
  }
  return `the daemon (pid ${pid}) has not answered for ${SILENCE / 1000} s; waiting for it (if it hangs: kill -9 ${pid}, and the next command starts another)`;
}

/** A daemon that is lost within so many milliseconds did not live to work on the question … */
const SOON = 1000;
/** … and after so many of those in a row it is not asked again. */
const MOST_LOSSES = 3;

/**
 * The result; null when no daemon runs and none may be started.
 * @throws DaemonFailure for the daemon's errors, ConnectionLost, the signal's reason, and what {@link connect} throws.
 */
export async function ask<M extends Method>(
  question: Question<M>,
  where: Pick<ConnectOptions, 'home' | 'env' | 'program'>,
): Promise<Methods[M]['result'] | null> {
  const { method, params, caller, again, signal } = question;
  const handlers = {
    silent: () => question.handlers.notice?.(silentDaemon(where.home)),
    ...question.handlers,
  };
  const build = question.anyBuild ? null : BUILD;
  let { start } = question;
  let losses = 0;
  let deadline = performance.now() + CONNECT_DEADLINE;
  for (;;) {
    signal?.throwIfAborted();
    const socket = await connect({ ...where, start, deadline });
    if (socket === null) return null;
    const asked = performance.now();
    const answer = await exchange(socket, { build, method, params: params(), caller }, handlers, signal);
    signal?.throwIfAborted();
    if ('result' in answer) return answer.result;
    if ('error' in answer) throw new DaemonFailure(answer.error);
    if ('replaced' in answer) {
      if (performance.now() > deadline)
        throw new Failure(
          EXIT.failed,
          `a daemon of another build (${answer.replaced}) does not make room`,
          'actor daemon stop',
        );
    } else {
      losses = performance.now() - asked < SOON ? losses + 1 : 1;
      if (again === null || losses > MOST_LOSSES) throw new ConnectionLost();
      start = again;
      deadline = performance.now() + CONNECT_DEADLINE;
    }
    await pause(20);
  }
}
