/**
 * `after-run`: the user's hook is told how each turn ended, in order, one at a time for a session. Nobody waits for it;
 * what it says is only logged. A turn whose daemon dies before the hook ended is not told again.
 */
import { setImmediate as soon } from 'node:timers/promises';
import type { ActorEvent } from '../protocol.js';
import type { Daemon } from './context.js';
import { forgetPromptEnvironments, promptEnvironment } from './environment.js';
import type { HookCall } from './hooks.js';
import { hookFor } from './settings.js';

export class AfterRun {
  readonly #daemon: Daemon;
  /** What is to be done yet, by session: it ends when that is done. */
  readonly #chains = new Map<string, Promise<void>>();
  readonly #running = new Map<string, AbortController>();
  readonly #stopped = new Set<string>();

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    daemon.ledger.onEvent(event => this.#take(event));
  }

  /** The worktree of this session is about to go: its hooks are ended, and none is started until {@link start}. */
  async stop(name: string): Promise<void> {
    this.#stopped.add(name);
    this.#running.get(name)?.abort();
    await this.#chains.get(name);
  }

  start(name: string): void {
    this.#stopped.delete(name);
  }

  #take(event: ActorEvent): void {
    const call = this.#callFor(event);
    if (!call) return;
    const name = event.session;
    const chain = (this.#chains.get(name) ?? Promise.resolve()).then(() => this.#run(name, call));
    this.#chains.set(name, chain);
    void chain.then(() => {
      if (this.#chains.get(name) === chain) this.#chains.delete(name);
    });
  }

  #callFor({ session: name, turn, outcome, duration_ms, message, prompt_id }: ActorEvent): HookCall | null {
    const daemon = this.#daemon;
    const session = daemon.ledger.world.sessions.get(name);
    // An event with a turn and an outcome is the end of that turn; a prompt that was refused had none.
    if (!session || session.definition.main || turn === null || outcome === null) return null;
    try {
      const hook = hookFor(daemon, session.definition.repo, 'after-run');
      if (!hook || this.#stopped.has(name)) return null;
      return {
        name: 'after-run',
        hook,
        definition: session.definition,
        env: promptEnvironment(daemon, name, prompt_id),
        ended: { turn, outcome, durationMs: duration_ms, message: message ?? '' },
      };
    } catch (error) {
      daemon.log(`${name}: after-run`, error);
      return null;
    } finally {
      forgetPromptEnvironments(daemon);
    }
  }

  /** Never rejects. */
  async #run(name: string, call: HookCall): Promise<void> {
    // Whoever committed the event tells it first.
    await soon();
    if (this.#stopped.has(name)) return;
    const abort = new AbortController();
    this.#running.set(name, abort);
    try {
      const { isYes, text } = await this.#daemon.hooks.call({ ...call, signal: abort.signal });
      if (!isYes) this.#daemon.log(`${name}: turn ${call.ended?.turn}: ${text.replaceAll('\n', ' | ')}`);
    } catch (error) {
      this.#daemon.log(`${name}: after-run`, error);
    } finally {
      this.#running.delete(name);
    }
  }
}
