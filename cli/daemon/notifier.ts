/** `notify desktop=#true`: a person hears of it when a session begins to wait for them. Nothing waits for the notification. */
import { setImmediate as soon } from 'node:timers/promises';
import { listClients } from '../../tmux/clients.js';
import { noticeOnTerminals } from '../../tmux/notice.js';
import type { Session } from '../domain/world.js';
import { isInPath } from './acts/launch.js';
import type { Daemon } from './context.js';
import { environmentAt } from './environment.js';
import { argvOf, type Notice, noticeOf, type Way, waysOf } from './notice-text.js';
import { runOutside } from './outside.js';
import { isNotifying } from './settings.js';
import { viewFor } from './views.js';

/** A program that shows a notification may take so long, in milliseconds; one without its desktop often hangs. */
const TIMEOUT = 5000;

export class Notifier {
  readonly #daemon: Daemon;
  /** Those that wait and were not told of yet: together, when many come while one is told. */
  readonly #news = new Set<string>();
  #isTelling = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    daemon.ledger.onEvent(event => {
      if (event.type !== 'needs-input' || !isNotifying(daemon)) return;
      this.#news.add(event.session);
      if (this.#isTelling) return;
      this.#isTelling = true;
      void this.#tellAll().finally(() => {
        this.#isTelling = false;
      });
    });
  }

  async #tellAll(): Promise<void> {
    while (this.#news.size > 0) {
      // Whoever committed the event goes first.
      await soon();
      const names = [...this.#news];
      this.#news.clear();
      await this.#tell(names).catch(error => this.#daemon.log('notify', error));
    }
  }

  async #tell(names: readonly string[]): Promise<void> {
    const daemon = this.#daemon;
    const waiting = names
      .map(name => daemon.ledger.world.sessions.get(name))
      .filter(session => session?.status === 'waiting') as Session[];
    // Who looks at main sees it ask.
    const shown = waiting.some(({ definition }) => definition.main)
      ? new Set((await listClients(daemon.tmux)).map(({ shows }) => shows))
      : new Set<string>();
    const told = waiting.filter(({ definition: { main, name } }) => !(main && shown.has(name)));
    const [first] = told;
    if (!first) return;
    const notice = noticeOf(told.map(session => viewFor(daemon, session)));
    const env = await environmentAt(daemon, first.definition);
    for (const way of waysOf(process.platform, env, program => isInPath(program, env.PATH ?? '')))
      if (await this.#show(way, notice, env)) return;
  }

  async #show(way: Way, notice: Notice, env: Record<string, string>): Promise<boolean> {
    const { tmux, places } = this.#daemon;
    if (way === 'terminals') return (await noticeOnTerminals(tmux, notice.title, notice.body)) > 0;
    const [program = '', ...args] = argvOf(way, notice);
    return (await runOutside(program, args, { dir: places.home, env, timeout: TIMEOUT })).code === 0;
  }
}
