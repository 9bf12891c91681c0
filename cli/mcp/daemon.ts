/** How the tools ask the daemon: as the session whose agent started this server. */
import { join } from 'node:path';
import { ask, ConnectionLost } from '../client/ask.js';
import { CONNECT_DEADLINE, connect, type StartPolicy } from '../client/connect.js';
import { type Environment, REPEATABLE, WITH_ENVIRONMENT } from '../client/context.js';
import { distFolder } from '../client/dist.js';
import { findHome } from '../client/home.js';
import { WINDOW_VARIABLES } from '../client/start.js';
import { claudeChildVariables } from '../domain/claude-variables.js';
import type { Caller, Method, Methods } from '../protocol.js';

/** What one call of a tool brings along. */
export interface CallOptions {
  /** Aborts when the agent has no more use for the answer. */
  signal: AbortSignal;
  /** Takes what the command line would print on stderr. */
  notice: (text: string) => void;
}

export class Daemon {
  /** The session whose agent started this server; null: none did. */
  readonly session: string | null;
  /** The directory of that session. */
  readonly cwd: string;
  readonly #env: Environment;
  #opening: Promise<void> | null = null;

  constructor(env: Environment, cwd: string) {
    this.session = env.ACTOR_NAME || null;
    this.cwd = cwd;
    this.#env = env;
  }

  /**
   * Asks on a connection of its own; starts a daemon where none runs, and asks again when it dies over a request that may be
   * repeated. @throws DaemonFailure for its errors, ConnectionLost, the signal's reason, and what {@link connect} throws.
   */
  async call<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    { signal, notice }: CallOptions,
  ): Promise<Methods[M]['result']> {
    await this.#open();
    const result = await ask(
      {
        method,
        params: () => params,
        caller: this.#caller(method),
        handlers: { notice },
        start: 'always',
        again: REPEATABLE.has(method) ? 'always' : null,
        anyBuild: true,
        signal,
      },
      this.#where(),
    );
    if (result === null) throw new ConnectionLost();
    return result;
  }

  /** Starts a daemon in the place of one that was killed; none where it ended on purpose. @throws what {@link connect} throws. */
  revive(): Promise<void> {
    return this.#open('when-killed');
  }

  /** Calls at the same time start one daemon, not one each. */
  #open(start: StartPolicy = 'always'): Promise<void> {
    this.#opening ??= this.#connectOnce(start).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #connectOnce(start: StartPolicy): Promise<void> {
    const deadline = performance.now() + CONNECT_DEADLINE;
    const socket = await connect({ ...this.#where(), start, deadline });
    socket?.destroy();
  }

  #where() {
    const home = findHome(this.#env, this.cwd);
    return { home, env: this.#env, program: join(distFolder(), 'daemon.cjs') };
  }

  #caller(method: Method): Caller {
    const caller = { cwd: this.cwd, session: this.session };
    return WITH_ENVIRONMENT.has(method) ? { ...caller, env: inherited(this.#env) } : caller;
  }
}

/** What sessions may have of this server's environment: not what belongs to its session's window, nor to its claude. */
export function inherited(env: Environment): Record<string, string> {
  const own = new Set([...WINDOW_VARIABLES, ...claudeChildVariables(env)]);
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      value === undefined || own.has(key) ? [] : [[key, value]],
    ),
  );
}
