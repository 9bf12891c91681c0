/** Keeps in tmux what the status line and the menu show, so that drawing them asks nobody. */
import { type Change, setOptions } from '../../tmux/options.js';
import { listPanes } from '../../tmux/panes.js';
import { quoteTmux } from '../../tmux/quote.js';
import { isQueuePaused, mainOf } from '../domain/event.js';
import { type OwnView, ownView, waitingEvents } from '../domain/view.js';
import type { Session } from '../domain/world.js';
import type { Daemon } from './context.js';
import { isBlocked } from './views.js';
import { columnsOf, labelOf, markOf, overview, type Shown, windowName, wordsOf } from './window-facts.js';

/** Changes within this time are written together, in milliseconds. */
const BATCH = 50;
/** Between two writes, in milliseconds: a turn begins with several changes, and each write is a process. */
const PAUSE = 150;

export class StatusLine {
  readonly #daemon: Daemon;
  readonly #written = new Map<string, string | null>();
  /** The windows by session: of one whose agent is gone by itself, that of its last screen. null: not asked yet. */
  #windows: Map<string, string> | null = null;
  /** By session, the launch whose window was written to. */
  readonly #launches = new Map<string, string>();
  /** By session, words and what was made of them. */
  readonly #labels = new Map<string, { words: string; label: string }>();
  #timer: NodeJS.Timeout | null = null;
  #writtenAt = 0;
  #chain: Promise<void> = Promise.resolve();

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  poke(): void {
    const rest = this.#writtenAt + PAUSE - performance.now();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        this.#chain = this.#chain
          .then(() => this.#write())
          .catch(error => this.#daemon.log('status line', error));
      },
      Math.max(BATCH, rest),
    );
  }

  /** A person has closed the last screen of one that exited. */
  windowClosed(): void {
    this.#windows = null;
    this.poke();
  }

  async #write(): Promise<void> {
    const changes = (await this.#wanted()).filter(
      change => this.#written.get(keyOf(change)) !== shownIn(change),
    );
    if (changes.length === 0) return;
    this.#writtenAt = performance.now();
    await setOptions(this.#daemon.tmux, changes);
    for (const change of changes) this.#written.set(keyOf(change), shownIn(change));
  }

  /** Everything as it should be; nothing where there is no window to show it. */
  async #wanted(): Promise<Change[]> {
    const { world } = this.#daemon.ledger;
    const windows = await this.#findWindows();
    const sessions = [...world.sessions.values()].filter(({ definition }) => windows.has(definition.name));
    if (sessions.length === 0) return [];
    const shown = sessions.map(session => this.#shown(session));
    const columns = columnsOf(shown);
    const changes: Change[] = sessions.flatMap((session, index) => {
      const window = windows.get(session.definition.name)!;
      const { view, unread } = shown[index]!;
      const main = mainOf(world, session.definition);
      const place = main?.definition.dir ?? view.repo ?? view.dir;
      const options: Record<`@${string}`, string | null> = {
        '@actor_crown': session.definition.main ? '1' : null,
        '@actor_state': markOf(view),
        '@actor_unread': unread ? '1' : null,
        '@actor_columns': columns[index]!,
        '@actor_label': this.#label(view),
        '@actor_main': (main && windows.get(main.definition.name)) ?? null,
        '@actor_dir': quoteTmux(place),
      };
      return [
        ...Object.entries(options).map(([name, value]) => ({ window, name: name as `@${string}`, value })),
        { window, rename: windowName(shown[index]!) },
      ];
    });
    const mains = sessions.filter(({ definition }) => definition.main);
    const events = {
      waiting: mains.reduce((sum, main) => sum + waitingEvents(world, main).length, 0),
      areHeld: mains.some(main => this.#daemon.agentOf(main).doors.includes('queue') && isQueuePaused(main)),
    };
    const others = [...world.sessions.values()]
      .filter(({ definition }) => !windows.has(definition.name))
      .map(({ definition: { name }, status, statusSince: since }) => ({ name, status, since }));
    const all = overview(shown, others, events);
    for (const [name, value] of Object.entries(all))
      changes.push({ window: null, name: name as `@${string}`, value });
    return changes;
  }

  #shown(session: Session): Shown {
    const { statusSince: since, unread = false } = session;
    const facts = this.#daemon.facts.get(session.definition.name);
    return { view: ownView(session, facts, isBlocked(this.#daemon, session)), since, unread };
  }

  #label(view: OwnView): string {
    const words = wordsOf(view);
    const known = this.#labels.get(view.name);
    if (known?.words === words) return known.label;
    const label = labelOf(words);
    this.#labels.set(view.name, { words, label });
    return label;
  }

  async #findWindows(): Promise<ReadonlyMap<string, string>> {
    const { sessions } = this.#daemon.ledger.world;
    this.#windows ??= await this.#lastScreens();
    const windows = this.#windows;
    for (const name of [...windows.keys(), ...this.#labels.keys()]) {
      const session = sessions.get(name);
      if (!session?.launch && session?.status !== 'exited') windows.delete(name);
      if (!session) this.#labels.delete(name);
    }
    for (const [name, { launch }] of sessions) {
      if (!launch?.window) continue;
      windows.set(name, launch.window);
      if (this.#launches.get(name) === launch.id) continue;
      this.#launches.set(name, launch.id);
      // A new window, perhaps of a new server, where an old id means something else.
      for (const key of this.#written.keys())
        if (key.startsWith(`${launch.window} `) || key.startsWith('null ')) this.#written.delete(key);
    }
    return windows;
  }

  /** Those of agents that went before this daemon lived. */
  async #lastScreens(): Promise<Map<string, string>> {
    const sessions = [...this.#daemon.ledger.world.sessions.values()];
    if (!sessions.some(({ status }) => status === 'exited')) return new Map();
    const panes = (await listPanes(this.#daemon.tmux)) ?? [];
    return new Map(panes.map(({ name, window }) => [name, window]));
  }
}

function keyOf(change: Change): string {
  return `${change.window} ${'rename' in change ? 'rename' : change.name}`;
}

function shownIn(change: Change): string | null {
  return 'rename' in change ? change.rename : change.value;
}
