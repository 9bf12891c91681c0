/** One question to the daemon, asked until it is answered: a daemon that dies over it is followed by the next one, where that is safe. */
import { readFileSync } from 'node:fs';
import { BUILD } from '../build.js';
import { Failure } from '../domain/failure.js';
import { type Caller, EXIT, type Method, type Methods } from '../protocol.js';
import {
  CONNECT_DEADLINE,
  type ConnectOptions,
  connect,
  pause,
  SILENCE,
  type StartPolicy,
} from './connect.js';
import { DaemonFailure } from './errors.js';
import { exchange, type Handlers } from './exchange.js';
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
  /** Asks a daemon of whatever build, where one runs; else one of another build is replaced, see {@link ask}. */
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

const SLOW_START = `no daemon has answered for ${SILENCE / 1000} s; waiting for one that starts (actor daemon logs)`;

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
/** So many daemons of another build are replaced: one that comes again is all that can be started any more (an update). */
const MOST_REPLACED = 2;

/**
 * The result; null when no daemon runs and none may be started.
 *
 * A daemon of another build makes room for ours, but not for a question that may start none, nor for one that another daemon
 * has begun on: of two builds that wait, each would take the other's daemon away, over and over. They go on with any.
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
  let { start } = question;
  let insists = !question.anyBuild && start === 'always';
  let losses = 0;
  let replaced = 0;
  let deadline = performance.now() + CONNECT_DEADLINE;
  for (;;) {
    signal?.throwIfAborted();
    const socket = await connect({ ...where, start, deadline, silent: () => handlers.notice?.(SLOW_START) });
    if (socket === null) return null;
    const asked = performance.now();
    const build = insists ? BUILD : null;
    const answer = await exchange(socket, { build, method, params: params(), caller }, handlers, signal);
    signal?.throwIfAborted();
    if ('result' in answer) return answer.result;
    if ('error' in answer) throw new DaemonFailure(answer.error);
    if ('replaced' in answer) {
      insists = ++replaced < MOST_REPLACED;
    } else {
      losses = performance.now() - asked < SOON ? losses + 1 : 1;
      if (again === null || losses > MOST_LOSSES) throw new ConnectionLost();
      insists = false;
      start = again;
      deadline = performance.now() + CONNECT_DEADLINE;
    }
    await pause(20);
  }
}
