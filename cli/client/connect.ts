/**
 * Connect to the daemon, or start one and connect: try, start once, try again every few milliseconds until one deadline.
 *
 * Many clients may start a daemon at the same moment; all but one of those daemons find the place taken and end with
 * status 0. One that lost against a daemon which was just ending is started again. See owner.ts for the place. A socket file proves nothing (it outlives a killed daemon); only a connection does, and it is never unlinked here.
 */
import { createConnection, type Socket } from 'node:net';
import { hasEnded } from '../alive.js';
import { Failure } from '../domain/failure.js';
import { lastOwner } from '../owner.js';
import { EXIT } from '../protocol.js';
import type { Home } from './home.js';
import type { StartedDaemon } from './start.js';

/**
 * How long a daemon may take until it answers, in milliseconds. One that cannot start says so at once; this is for one that
 * hangs. On a third of a core, where twenty clients had started one each, the first answer came after more than ten seconds.
 */
export const CONNECT_DEADLINE = 30_000;
const RETRY_EVERY = 10;
/** After so long a person is told what is waited for, in milliseconds. */
export const SILENCE = 5000;
/** How long a client that may not start a daemon waits for another client to do so, in milliseconds. */
const GRACE = 3000;

/**
 * Start a daemon where none runs? `when-killed`: only where the last one did not end on purpose; where it did, wait a little for
 * the one that replaces it.
 */
export type StartPolicy = 'always' | 'never' | 'when-killed';

export interface ConnectOptions {
  home: Home;
  env: Readonly<Record<string, string | undefined>>;
  start: StartPolicy;
  /** The script of the daemon to start, for this node. */
  program: string;
  /** When to give up: `performance.now()` milliseconds. */
  deadline: number;
  /** Nobody answered for {@link SILENCE}; it is waited for all the same. */
  silent?: (() => void) | undefined;
}

/**
 * An open connection; null when none runs and none may be started.
 * @throws Failure when a daemon cannot be started or does not answer in time.
 */
export async function connect(options: ConnectOptions): Promise<Socket | null> {
  const { home, env, start, program, deadline } = options;
  const begun = performance.now();
  const graceEnds = begun + GRACE;
  let daemon: StartedDaemon | null = null;
  let isTold = false;
  for (;;) {
    const attempt = await open(home.socket);
    if (typeof attempt !== 'string') {
      daemon?.release();
      return attempt;
    }
    if (!NOBODY.has(attempt) && !AGAIN.has(attempt))
      throw new Failure(EXIT.failed, `cannot connect to the daemon at ${home.socket} (${attempt})`);
    const owner = NOBODY.has(attempt) ? lastOwner(home.owner) : null;
    // An owner that does not answer is at its start, or at its end: soon it answers, or is gone.
    if (owner && !owner.isAlive) {
      if (start === 'never') return null;
      const ended = daemon?.ended() ?? null;
      if (ended && !ended.quietly)
        throw noDaemon(`the daemon did not start (${ended.how})`, daemon, `cat ${home.daemonErrors}`);
      if (start === 'when-killed' && owner.leaves !== null) {
        if (owner.leaves === 'for good' && performance.now() > graceEnds) return null;
      } else if (daemon === null || ended) {
        // Loaded late: most commands find a daemon, and node:child_process costs them milliseconds.
        const { startDaemon } = await import('./start.js');
        daemon = await startDaemon(home, env, program);
      }
    }
    if (!isTold && performance.now() - begun > SILENCE) {
      isTold = true;
      options.silent?.();
    }
    if (performance.now() > deadline)
      throw noDaemon(
        `the daemon did not answer within ${Math.round((performance.now() - begun) / 1000)} s`,
        daemon,
        'actor daemon logs',
      );
    await pause(RETRY_EVERY);
  }
}

/** The errors of a connect that say that no daemon listens. */
const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);
/**
 * The errors of a connect that only another one explains: the daemon's queue is full; the daemon ended (killed, or on purpose)
 * before it took this connection from it, unix_release_sock() in Linux's net/unix/af_unix.c.
 */
const AGAIN: ReadonlySet<string> = new Set(['EAGAIN', 'ECONNRESET']);

/** A connection, or the code of the error. */
function open(path: string): Promise<Socket | string> {
  return new Promise(resolve => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message));
  });
}

/** A failure that ends in what the daemon wrote on stderr, if it wrote anything. */
function noDaemon(message: string, daemon: StartedDaemon | null, hint: string): Failure {
  const said = daemon?.errors() ?? '';
  return new Failure(EXIT.failed, said === '' ? message : `${message}:\n${said}`, hint);
}

/**
 * Resolves once no daemon answers any more and, with a `pid`, once that process is gone: true; or false when one still
 * answers after `limit` milliseconds.
 */
export async function untilGone(home: Home, pid: number | null, limit = 5000): Promise<boolean> {
  const deadline = performance.now() + limit;
  let answers = true;
  while (performance.now() < deadline) {
    const attempt = answers ? await open(home.socket) : 'ENOENT';
    if (typeof attempt !== 'string') attempt.destroy();
    else if (NOBODY.has(attempt)) answers = false;
    if (!answers && (pid === null || hasEnded(pid))) return true;
    await pause(RETRY_EVERY);
  }
  // A zombie that nobody reaps looks alive for ever (where /proc does not tell), but it does nothing more.
  return !answers;
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
