/**
 * `before-run`: the user's hook has its say about each prompt before that is handed to the agent. It is asked beside the
 * worker's other acts, so that its session can still be stopped, attached to or discarded meanwhile; what it says is
 * remembered for that one prompt, until the next one is asked about. A daemon that dies over it asks again.
 */
import { Failure } from '../domain/failure.js';
import type { Hook } from '../domain/settings.js';
import type { Prompt, Session } from '../domain/world.js';
import { refusePrompt } from './acts/send.js';
import { type Daemon, isThere } from './context.js';
import { promptEnvironment } from './environment.js';
import { hookFor } from './settings.js';

interface Asking {
  prompt: string;
  abort: AbortController;
  done: Promise<void>;
}

export class Admission {
  readonly #daemon: Daemon;
  readonly #session: Session;
  /** The prompt that may be handed over. */
  #admitted: string | null = null;
  #asking: Asking | null = null;

  constructor(daemon: Daemon, session: Session) {
    this.#daemon = daemon;
    this.#session = session;
  }

  /** Is the hook at work? */
  get isAsking(): boolean {
    return this.#asking !== null;
  }

  /** May this prompt, the next one, be handed over now? If not, the worker is poked when that may have changed. */
  admits(session: Session, prompt: Prompt): boolean {
    const { definition } = session;
    if (prompt.slash || definition.main || this.#admitted === prompt.id) return true;
    if (this.#asking) {
      if (this.#asking.prompt !== prompt.id) this.#asking.abort.abort();
      return false;
    }
    let hook: Hook | null;
    try {
      hook = hookFor(this.#daemon, definition.repo, 'before-run');
    } catch (error) {
      // Whether there is a hook, nobody can tell; held, the prompt would keep its sender waiting.
      this.#refuse(session, prompt, error instanceof Failure ? error.message : String(error));
      this.#daemon.workerOf(session).poke();
      return false;
    }
    if (!hook) return true;
    const abort = new AbortController();
    this.#asking = { prompt: prompt.id, abort, done: this.#ask(session, prompt, hook, abort.signal) };
    // Who waits for the agent to take it need not wait for its start first.
    this.#daemon.ledger.touch();
    return false;
  }

  /** Resolves when nothing is being asked, or after so many milliseconds. */
  async settled(timeout: number): Promise<void> {
    await this.#daemon.ledger.until(() => !this.#asking, timeout);
  }

  /** Its prompt was dropped: the answer is not wanted any more. */
  forget(session: Session | undefined): void {
    const asking = this.#asking;
    if (asking && !session?.queue.some(({ id }) => id === asking.prompt)) asking.abort.abort();
  }

  /** Ends the hook, and waits until it is gone. Its prompt waits, and is asked about again when its turn comes. */
  async cancel(): Promise<void> {
    this.#asking?.abort.abort();
    await this.#asking?.done;
  }

  async #ask({ definition }: Session, { id }: Prompt, hook: Hook, signal: AbortSignal): Promise<void> {
    const daemon = this.#daemon;
    const answer = await daemon.hooks
      .call({
        name: 'before-run',
        hook,
        definition,
        env: promptEnvironment(daemon, definition.name, id),
        question: id,
        signal,
      })
      .catch(error => ({ isYes: false, isAborted: false, text: `the before-run hook: ${String(error)}` }));
    this.#asking = null;
    const session = isThere(daemon, this.#session) ? this.#session : undefined;
    const prompt = session?.queue.find(each => each.id === id && each.state === 'queued');
    if (answer.isYes) this.#admitted = id;
    else if (session && prompt && !answer.isAborted) this.#refuse(session, prompt, answer.text);
    daemon.ledger.touch();
    if (session) daemon.workerOf(session).poke();
  }

  #refuse(session: Session, prompt: Prompt, why: string): void {
    refusePrompt(this.#daemon, session, prompt, { reason: 'hook', by: 'the before-run hook', why });
    this.#daemon.poke.deliveries();
  }
}
