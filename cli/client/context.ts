/** What a command works with: the streams, the environment, and one way to ask the daemon. */
import { join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { type Caller, EXIT, type Method, type Methods } from '../protocol.js';
import { ask, ConnectionLost, type Question } from './ask.js';
import { distFolder } from './dist.js';
import type { Handlers } from './exchange.js';
import { findHome, type Home } from './home.js';
import type { Io } from './io.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Methods whose windows and hooks inherit the caller's environment, or that look for programs in its PATH. */
export const WITH_ENVIRONMENT: ReadonlySet<Method> = new Set<Method>([
  'new',
  'run',
  'main',
  'attach',
  'discard',
  'doctor',
]);

/**
 * Methods that may be asked again when the daemon dies before it answers: they change nothing, or find what was done
 * already, or carry a key by which the daemon knows the request again.
 */
export const REPEATABLE: ReadonlySet<Method> = new Set<Method>([
  'status',
  'list',
  'show',
  'logs',
  'peek',
  'roles',
  'config',
  'doctor',
  'attach',
  'main',
  'new',
  'run',
]);

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
    const again = REPEATABLE.has(method) ? 'always' : null;
    return answered(await this.#ask({ method, params: () => params, handlers, start: 'always', again }));
  };

  /** As {@link call}, but starts no daemon: null where none runs. One of another build answers as well. */
  readonly callRunning = <M extends Method>(
    method: M,
    params: Methods[M]['params'],
  ): Promise<Methods[M]['result'] | null> =>
    this.#ask({ method, params: () => params, handlers: {}, start: 'never', again: null });

  /**
   * Asks a daemon of whatever build, where one runs, and waits no longer than so many milliseconds.
   * @throws whatever keeps it from an answer; null where none runs
   */
  readonly callQuickly = <M extends Method>(
    method: M,
    params: Methods[M]['params'],
    limit: number,
  ): Promise<Methods[M]['result'] | null> =>
    this.#ask({
      method,
      params: () => params,
      handlers: { notice: () => {} },
      start: 'never',
      again: null,
      anyBuild: true,
      signal: AbortSignal.timeout(limit),
    });

  /**
   * As {@link call} for what lasts, and may be asked again: a daemon that was killed meanwhile is replaced; one that ended
   * on purpose (`actor down`) is not, but its successor is asked, if there is one soon. @throws ConnectionLost if not.
   */
  readonly follow = async <M extends Method>(
    method: M,
    params: () => Methods[M]['params'],
    handlers: Handlers<M> = {},
  ): Promise<Methods[M]['result']> =>
    answered(await this.#ask({ method, params, handlers, start: 'always', again: 'when-killed' }));

  #ask<M extends Method>(question: Omit<Question<M>, 'caller'>): Promise<Methods[M]['result'] | null> {
    const handlers = { notice: (text: string) => this.io.note(text), ...question.handlers };
    return ask(
      { ...question, handlers, caller: this.#caller(question.method) },
      { home: this.home, env: this.env, program: join(distFolder(), 'daemon.cjs') },
    );
  }

  #caller(method: Method): Caller {
    const caller = { cwd: this.cwd, session: this.env.ACTOR_NAME || null };
    if (!WITH_ENVIRONMENT.has(method)) return caller;
    return { ...caller, env: this.env as Record<string, string> };
  }
}

function answered<Result>(result: Result | null): Result {
  if (result === null) throw new ConnectionLost();
  return result;
}
