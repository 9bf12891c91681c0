/** What a command works with: the streams, the environment, and one way to ask the daemon. */
import { join } from 'node:path';
import { BUILD } from '../build.js';
import { Failure } from '../domain/failure.js';
import { type Caller, EXIT, type Method, type Methods, type Request } from '../protocol.js';
import { CONNECT_DEADLINE, connect, pause, type StartPolicy } from './connect.js';
import { distFolder } from './dist.js';
import { DaemonFailure } from './errors.js';
import { type Answer, exchange, type Handlers } from './exchange.js';
import { findHome, type Home } from './home.js';
import type { Io } from './io.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Methods whose windows and hooks inherit the caller's environment. */
const WITH_ENVIRONMENT: ReadonlySet<Method> = new Set<Method>(['new', 'run', 'main', 'attach', 'discard']);

/** Methods that change nothing, or nothing more when they are repeated: asked again when the daemon dies before it answers. */
const REPEATABLE: ReadonlySet<Method> = new Set<Method>([
  'status',
  'list',
  'show',
  'peek',
  'doctor',
  'attach',
  'main',
]);

/** The daemon ended before it answered: what became of the request is unknown. */
export class ConnectionLost extends Failure {
  constructor(hint = 'actor list') {
    super(EXIT.failed, 'the daemon ended before it answered, so what became of the request is unknown', hint);
    this.name = 'ConnectionLost';
  }
}

/** The daemon ended on purpose while it was followed. */
export class DaemonGone extends Failure {
  constructor() {
    super(EXIT.failed, 'the daemon has ended');
    this.name = 'DaemonGone';
  }
}

/** A daemon that is lost within so many milliseconds, after one was lost, is not followed further. */
const TOO_SOON = 1000;

export class Context {
  readonly io: Io;
  readonly env: Environment;

  constructor(io: Io, env: Environment) {
    this.io = io;
    this.env = env;
  }

  /** Where this world is. @throws Failure when its path is too long. */
  get home(): Home {
    return findHome(this.env, this.cwd);
  }

  /** The current directory. @throws Failure when it was deleted. */
  get cwd(): string {
    try {
      return process.cwd();
    } catch (error) {
      throw new Failure(EXIT.failed, 'the current directory does not exist any more', 'cd', { cause: error });
    }
  }

  /**
   * Asks the daemon (started if none runs) and returns its result. Notices go to stderr unless `handlers` takes them.
   * @throws DaemonFailure for its errors; ConnectionLost when it died over a request that may not be repeated.
   */
  readonly call = async <M extends Method>(
    method: M,
    params: Methods[M]['params'],
    handlers: Handlers<M> = {},
  ): Promise<Methods[M]['result']> => {
    const answer = await this.#ask(method, params, handlers, 'always');
    if (answer === null) throw new ConnectionLost();
    return answer;
  };

  /** As {@link call}, but starts no daemon: null where none runs (or one of another build, which ends because of this). */
  readonly callRunning = <M extends Method>(
    method: M,
    params: Methods[M]['params'],
    handlers: Handlers<M> = {},
  ): Promise<Methods[M]['result'] | null> => this.#ask(method, params, handlers, 'never');

  /**
   * As {@link call} for what may be asked again: `params` are taken anew for each time, when the daemon is lost on the way.
   * One that ended on purpose (`actor down`) is not started again; then this throws DaemonGone.
   */
  readonly follow = async <M extends Method>(
    method: M,
    params: () => Methods[M]['params'],
    handlers: Handlers<M>,
  ): Promise<Methods[M]['result']> => {
    let start: StartPolicy = 'always';
    for (;;) {
      const asked = performance.now();
      try {
        const result = await this.#ask(method, params(), handlers, start);
        if (result !== null) return result;
        throw new DaemonGone();
      } catch (error) {
        // One that dies at once, again and again, is not worth a loop.
        const tooSoon = start !== 'always' && performance.now() - asked < TOO_SOON;
        if (!(error instanceof ConnectionLost) || tooSoon) throw error;
        start = 'when-killed';
      }
    }
  };

  async #ask<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    handlers: Handlers<M>,
    start: StartPolicy,
  ): Promise<Methods[M]['result'] | null> {
    const request: Request<M> = { build: BUILD, method, params, caller: this.#caller(method) };
    const options = {
      home: this.home,
      env: this.env,
      start,
      program: join(distFolder(), 'daemon.mjs'),
      deadline: performance.now() + CONNECT_DEADLINE,
    };
    const heard = { notice: (text: string) => this.io.note(text), ...handlers };
    for (let losses = 0; ; ) {
      const socket = await connect(options);
      if (socket === null) return null;
      const answer: Answer<M> = await exchange(socket, request, heard);
      if ('result' in answer) return answer.result;
      if ('error' in answer) throw new DaemonFailure(answer.error);
      if ('lost' in answer && (!REPEATABLE.has(method) || ++losses > 2)) throw new ConnectionLost();
      if ('replaced' in answer && performance.now() > options.deadline)
        throw new Failure(
          EXIT.failed,
          `a daemon of another build (${answer.replaced}) does not make room`,
          'actor daemon stop',
        );
      await pause(20);
    }
  }

  #caller(method: Method): Caller {
    const caller = { cwd: this.cwd, session: this.env.ACTOR_NAME || null };
    if (!WITH_ENVIRONMENT.has(method)) return caller;
    return { ...caller, env: this.env as Record<string, string> };
  }
}
