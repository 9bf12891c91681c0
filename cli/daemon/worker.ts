/**
 * Moves one session forward: asks `nextAct` what is to be done, does it, asks again. Acts of one session never overlap;
 * sessions do not wait for each other. Whatever happens is told by a commit to the ledger, so that a worker that dies with
 * its daemon is replaced by another one that asks the same question.
 */
import { rmSync } from 'node:fs';
import { nextAct } from '../domain/next.js';
import type { Session } from '../domain/world.js';
import { endAgent } from './acts/end.js';
import { launchAgent } from './acts/launch.js';
import { lookAtStart, lookDuringTurn, takeForGranted } from './acts/look.js';
import { recheckSent, recheckTaken, sendPrompt } from './acts/send.js';
import { Admission } from './admission.js';
import { type Daemon, isThere } from './context.js';
import { Running } from './running.js';

/** How long a prompt that cannot be sent at this moment waits for the next try, in milliseconds. */
const RETRY = { busy: [30, 60, 120, 250, 500, 1000], draft: [500], dialog: [1000] } as const;
/** An agent that is not ready after this time is looked at, in milliseconds. */
const START_PATIENCE = 3000;
/** One whose screen alone tells that is looked at this often, for this long; after that, like any other, seldom. */
const READY_LOOK = 150;
const QUICK_START = 20_000;
const SLOW_LOOK = 2000;

/** A turn that nothing but the screen may tell the end of is looked at this often, in milliseconds. */
const TURN_LOOK = 5000;
/** At a dialog, more often: it may have been answered. */
const DIALOG_LOOK = 1000;
/** A turn whose end nothing else tells. */
const END_LOOK = 500;

export class Worker {
  readonly #daemon: Daemon;
  readonly #session: Session;
  #chain: Promise<unknown> = Promise.resolve();
  #isPoked = false;
  #timer: NodeJS.Timeout | null = null;
  #retries = 0;
  /** A person wants the agent itself to run, prompt or not. The next start of one, whoever asks for it, is what they wanted. */
  #isWanted = false;
  /** Resolves when no discard is at work: nobody knows before whether there will be a session. */
  #leaving: Promise<unknown> | null = null;
  /** Why the next prompt is not sent although the agent is idle. */
  blocked: 'draft' | null = null;
  /** Since when a session waits whose dialog was seen on the screen, in milliseconds since the epoch. */
  dialogSeen = 0;
  /** Why the agent did not start when that was tried last. */
  startFailure: unknown = null;
  /** What the user's hook says of prompts before they are handed over. */
  readonly admission: Admission;
  /** The running agent as this process knows it. */
  running: Running | null = null;

  constructor(daemon: Daemon, session: Session) {
    this.#daemon = daemon;
    this.#session = session;
    this.admission = new Admission(daemon, session);
  }

  /** undefined once it was discarded. */
  get session(): Session | undefined {
    return isThere(this.#daemon, this.#session) ? this.#session : undefined;
  }

  get #name(): string {
    return this.#session.definition.name;
  }

  /** Something changed: look again, soon. */
  poke(): void {
    if (this.#isPoked || !this.#daemon.isReconciled) return;
    this.#isPoked = true;
    void this.exclusive(async () => {
      this.#isPoked = false;
      await this.#drive();
    }).catch(error => this.#daemon.log(`${this.#name}: `, error));
  }

  /** Runs `act` while nothing else is done for this session. */
  exclusive<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#chain.then(act);
    this.#chain = result.catch(() => {});
    return result;
  }

  /** As {@link exclusive}, for what may leave no session behind. */
  leave<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.exclusive(act);
    const leaving = result
      .catch(() => {})
      .then(() => {
        if (this.#leaving === leaving) this.#leaving = null;
      });
    this.#leaving = leaving;
    return result;
  }

  /** Resolves when it is known whether the session stays; null: nobody is about to discard it. */
  get leaving(): Promise<unknown> | null {
    return this.#leaving;
  }

  /** Starts the agent, prompt or not, unless one runs that nobody is ending: that one may quit, and is not started again. */
  want(): void {
    const { session } = this;
    if (!session?.launch || session.ending) this.#isWanted = true;
    this.poke();
  }

  /** Adopts the agent that runs for this session, after its launch or at the start of the daemon. */
  adopt(): void {
    const session = this.session;
    if (!session?.launch || this.running?.view.launch === session.launch.id) return;
    this.#isWanted = false;
    this.running?.close();
    this.running = Running.open(this.#daemon, session);
    if (!session.launch.ready) this.#again(this.#tellsReadiness(session) ? READY_LOOK : START_PATIENCE);
  }

  /** Forgets the running agent: it is gone, and the files of its launch with it. */
  release(): void {
    this.running?.close();
    if (this.running) rmSync(this.running.view.folder, { recursive: true, force: true });
    this.running = null;
    this.blocked = null;
    this.#retries = 0;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #drive(): Promise<void> {
    this.#daemon.ledger.watchClock();
    for (;;) {
      const session = this.session;
      this.admission.forget(session);
      if (!session) return this.release();
      const act = nextAct(session, this.#isWanted);
      if (act.act === 'nothing') {
        this.#setBlocked(null);
        return this.#lookAfter(session);
      }
      if (act.act === 'end') {
        await endAgent(this.#daemon, session);
        continue;
      }
      if (act.prompt && !this.admission.admits(session, act.prompt)) {
        this.#setBlocked(null);
        if (act.act === 'send' || !this.#isWanted) return;
        act.prompt = null;
      }
      if (act.act === 'launch') {
        this.startFailure = null;
        try {
          await launchAgent(this.#daemon, this, act.prompt);
        } catch (error) {
          // Held, or it would be tried for ever; whoever asked for it looks for the failure then.
          this.#isWanted = false;
          this.startFailure = error;
          this.#daemon.log(`${this.#name}: the agent did not start`, error);
          this.#daemon.ledger.commit([{ kind: 'held', session: this.#name, held: true }]);
        }
        continue;
      }
      const sent = await sendPrompt(this.#daemon, this, act.prompt, this.#retries === 0);
      if (sent === 'sent' || sent === 'refused') {
        this.#retries = 0;
        this.#setBlocked(null);
        continue;
      }
      this.#setBlocked(sent === 'draft' ? 'draft' : null);
      const times: readonly number[] = RETRY[sent];
      return this.#again(times[Math.min(this.#retries++, times.length - 1)]!);
    }
  }

  /** What needs another look although there is nothing to do: a start that takes long, a prompt that is not acknowledged. */
  async #lookAfter(session: Session): Promise<void> {
    if (!session.launch || !this.running) return;
    const agent = this.#daemon.agentOf(session);
    const given = session.queue.find(prompt => prompt.state !== 'queued');
    if (given && !session.turn && agent.assumesTaken) takeForGranted(this.#daemon, this, given);
    const sent = session.queue.find(prompt => prompt.state === 'sending');
    if (sent && !session.turn) return this.#again(await recheckSent(this.#daemon, this, sent));
    const isOpen = session.status === 'working' || session.status === 'waiting';
    const recheck =
      session.status === 'working' && agent.assumesTaken && (await recheckTaken(this.#daemon, this));
    if (session.turn && isOpen && this.running.looksDuringTurn) {
      await lookDuringTurn(this.#daemon, this);
      const isEndSeen = agent.screenTells.includes('end');
      return this.#again(isEndSeen ? END_LOOK : session.status === 'waiting' ? DIALOG_LOOK : TURN_LOOK);
    }
    if (recheck) return this.#again(recheck);
    if (session.launch.ready) return;
    const age = Date.now() - session.launch.startedAt;
    const isQuick = this.#tellsReadiness(session) && age < QUICK_START;
    if (isQuick || age >= START_PATIENCE) await lookAtStart(this.#daemon, this);
    this.#again(isQuick ? READY_LOOK : age >= START_PATIENCE ? SLOW_LOOK : START_PATIENCE);
  }

  /** Does the screen alone tell when this session's agent takes prompts? */
  #tellsReadiness(session: Session): boolean {
    return this.#daemon.agentOf(session).screenTells.includes('ready');
  }

  #setBlocked(blocked: 'draft' | null): void {
    if (this.blocked === blocked) return;
    this.blocked = blocked;
    this.#daemon.ledger.touch();
  }

  #again(delay: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.poke();
    }, delay);
  }
}
