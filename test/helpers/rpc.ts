/** Requests to the daemon of an arena without the client in between: as a client does, it asks again when its daemon dies. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Method, Methods, Reply } from '../../cli/protocol.js';
import type { Arena } from './arena.js';
import { packageRoot } from './root.js';

/** The build's id, which the daemon of the same bundle carries. */
async function buildOf(arena: Arena): Promise<string> {
  await arena.actor('daemon', 'start');
  const { stdout } = await arena.actor('daemon', 'status', '--json');
  return (JSON.parse(stdout) as { build: string }).build;
}

/** Longer than any daemon needs to come back on a busy machine, in milliseconds. An answer may take as many daemons as it likes. */
const RETURN_DEADLINE = 90_000;

export class Rpc {
  readonly #arena: Arena;
  #build = '';
  #startedAt = 0;
  /** When a daemon was there last. */
  #metAt = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Starts a daemon (one of several wins) with this in its environment. */
  startDaemon(env: Record<string, string> = {}): void {
    const errors = openSync(join(this.#arena.root, 'daemon.errors'), 'a');
    spawn(process.execPath, [join(packageRoot, 'dist', 'daemon.cjs')], {
      env: { ...this.#arena.env, ...env },
      cwd: '/',
      detached: true,
      stdio: ['ignore', errors, errors],
    }).unref();
    closeSync(errors);
  }

  /** Not by each of the many callers that miss it at the same time. */
  #startDaemonAgain(): void {
    if (performance.now() - this.#startedAt < 1000) return;
    this.#startedAt = performance.now();
    this.startDaemon();
  }

  /** One request, to its answer, through any number of deaths of the daemon. Rejects with the daemon's own error. */
  async call<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    { cwd = this.#arena.home, session = null as string | null } = {},
  ): Promise<Methods[M]['result']> {
    if (this.#build === '') this.#build = await buildOf(this.#arena);
    const request = { build: this.#build, method, params, caller: { cwd, session, env: this.#arena.env } };
    const begin = performance.now();
    while (performance.now() < Math.max(begin, this.#metAt) + RETURN_DEADLINE) {
      const reply = await this.#once<M>(`${JSON.stringify(request)}\n`);
      if (reply === 'gone') {
        this.#startDaemonAgain();
        await delay(10);
      } else if ('result' in reply) return reply.result;
      else if ('error' in reply) throw new Error(reply.error.message);
    }
    throw new Error(`no daemon answers ${method}`);
  }

  #once<M extends Method>(line: string): Promise<Reply<M> | 'gone'> {
    return new Promise(resolve => {
      const socket = createConnection(join(this.#arena.actorHome, 'daemon.sock'));
      let text = '';
      socket.on('connect', () => {
        socket.once('close', () => {
          this.#metAt = performance.now();
        });
        socket.write(line);
      });
      socket.on('data', chunk => {
        text += chunk.toString('utf8');
        const last = text.split('\n').at(-2);
        if (last === undefined || !text.endsWith('\n')) return;
        const reply = JSON.parse(last) as Reply<M>;
        if (!('result' in reply) && !('error' in reply)) return;
        socket.destroy();
        resolve(reply);
      });
      socket.on('error', () => resolve('gone'));
      socket.on('close', () => resolve('gone'));
    });
  }
}
