/**
 * Everything that comes in from agents and tmux. Each kind of hint (a watch event, a tmux hook, the sweep) leads to the
 * same look; a slow sweep covers what was missed.
 */

import { hasEnded } from '../../alive.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { point } from '../fault.js';
import { type AgentMessage, readInbox, removeMessage } from './inbox.js';
import { INBOX, observe } from './observe.js';
import { sweepPanes } from './panes.js';

/**
 * The inbox, and the files of agents that are at work, are looked at again this often, in milliseconds, in case a hint was
 * lost; each so many times the agents' processes, and the files of those that rest.
 */
const SWEEP = 2000;
const SWEEPS_PER_LIFE = 2;
const SWEEPS_PER_REST = 5;
/** All windows, of which tmux's own hooks and the agents' processes tell sooner as a rule. */
const SWEEP_PANES = 15_000;

/** A microsecond, in milliseconds. */
const LATER = 0.001;
/** Messages of the same time are taken as this far apart at most, in milliseconds: the kernel's own ticks are longer. */
const MOMENT = 1;

export class Inputs {
  readonly #daemon: Daemon;
  #isInboxPoked = false;
  #panes: Promise<void> | null = null;
  #arePanesPoked = false;
  #timers: NodeJS.Timeout[] = [];
  #sweeps = 0;
  #unwatch: (() => void) | null = null;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** Begins to watch and to sweep. */
  start(): void {
    this.#unwatch = this.#daemon.watcher.watch(this.#daemon.places.inbox, file => {
      if (file === null || !file.split('/').at(-1)!.startsWith('.')) this.pokeInbox();
    });
    this.#timers = [
      setInterval(() => this.#safely('sweep', () => this.#sweep()), SWEEP),
      setInterval(() => this.pokePanes(), SWEEP_PANES),
    ];
  }

  close(): void {
    this.#unwatch?.();
    for (const timer of this.#timers) clearInterval(timer);
    void this.#daemon.watcher.close();
  }

  pokeInbox(): void {
    if (this.#isInboxPoked) return;
    this.#isInboxPoked = true;
    setImmediate(() => {
      this.#isInboxPoked = false;
      this.#safely('inbox', () => this.#readInbox());
    });
  }

  pokePanes(): void {
    this.#arePanesPoked = true;
    this.#panes ??= this.#sweepPanes().finally(() => {
      this.#panes = null;
    });
  }

  async #sweepPanes(): Promise<void> {
    while (this.#arePanesPoked) {
      this.#arePanesPoked = false;
      await sweepPanes(this.#daemon).catch(error => this.#daemon.log('panes', error));
    }
  }

  /** All that agents have said so far, in the order in which hooks, then transcripts, then state files count. */
  drain(): void {
    this.#readInbox();
    for (const session of this.#daemon.ledger.world.sessions.values()) this.#readFiles(session);
  }

  #readFiles(session: Session): void {
    if (!session.launch) return;
    const { running } = this.#daemon.workerOf(session);
    running?.readTails(true);
    running?.readState();
  }

  #sweep(): void {
    this.#sweeps++;
    this.#readInbox();
    const sessions = [...this.#daemon.ledger.world.sessions.values()];
    const isForAll = this.#sweeps % SWEEPS_PER_REST === 0;
    for (const session of sessions)
      if (isForAll || session.turn || !session.launch?.ready) this.#readFiles(session);
    if (this.#sweeps % SWEEPS_PER_LIFE > 0) return;
    if (sessions.some(({ launch }) => launch?.pid && hasEnded(launch.pid))) this.pokePanes();
  }

  #readInbox(): void {
    const { inbox } = this.#daemon.places;
    for (const message of readInbox(inbox, text => this.#daemon.log(text))) {
      const isSeen = this.#daemon.ledger.world.inboxSeen.includes(message.file);
      if (!isSeen) {
        if (message.kind === 'tmux') this.#takeHint(message.event);
        else if (this.#isEarly(message)) continue;
        else this.#takeMessage(message);
      }
      point('after-inbox-record');
      removeMessage(inbox, message.file);
    }
  }

  #takeHint(event: string): void {
    if (event === 'pane-died') this.pokePanes();
    else if (event === 'window-closed') this.#daemon.poke.windows();
    else this.#daemon.poke.looks();
  }

  /** An agent may say something before tmux has answered in which window it is: that waits for the end of its launch. */
  #isEarly({ session: name, launch }: AgentMessage): boolean {
    const session = this.#daemon.ledger.world.sessions.get(name);
    return session?.launch?.id === launch && session.launch.pane === null;
  }

  #takeMessage(message: AgentMessage): void {
    const session = this.#daemon.ledger.world.sessions.get(message.session);
    if (!session || session.launch?.id !== message.launch) return;
    const view = this.#daemon.workerOf(session).running?.view;
    if (!view) return;
    const origin = { at: inOrder(session, message.at), position: null };
    const observations = this.#daemon.agentOf(session).hook(message.event, message.payload, origin, view);
    observe(this.#daemon, message.session, message.launch, observations, message.file);
  }

  #safely(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#daemon.log(what, error);
    }
  }
}

/** What was read later happened later, also in the same tick of the kernel, and when another daemon read what came before. */
function inOrder({ cursors }: Session, time: number): number {
  const last = cursors[INBOX];
  return last !== undefined && last >= time && last < time + MOMENT ? last + LATER : time;
}
