/** Keeps in tmux options what the status line and the menu show, so that drawing them asks nobody. */
import { neutralizeFormat } from '../../tmux/format.js';
import { type OptionChange, setOptions } from '../../tmux/options.js';
import { isQueuePaused, mainOf } from '../domain/event.js';
import { waitingEvents } from '../domain/view.js';
import type { Session } from '../domain/world.js';
import type { Daemon } from './context.js';

/** Changes within this time are written together, in milliseconds. */
const BATCH = 50;
/** Between two writes, in milliseconds: a turn begins with several changes, and each write is a process. */
const PAUSE = 150;

export class StatusLine {
  readonly #daemon: Daemon;
  readonly #written = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #writtenAt = 0;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  poke(): void {
    const rest = this.#writtenAt + PAUSE - performance.now();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        this.#write().catch(error => this.#daemon.log('status line', error));
      },
      Math.max(BATCH, rest),
    );
  }

  async #write(): Promise<void> {
    const { world } = this.#daemon.ledger;
    const wanted: OptionChange[] = [];
    let waiting = 0;
    let isPaused = false;
    for (const session of world.sessions.values()) {
      const window = session.launch?.window;
      if (!window) continue;
      if (session.definition.main) {
        waiting += waitingEvents(world, session).length;
        isPaused ||= session.definition.agent === 'codex' && isQueuePaused(session);
      }
      wanted.push({ window, name: '@actor_mark', value: markOf(session) });
      wanted.push({ window, name: '@actor_label', value: labelOf(session) });
      const main = mainOf(world, session.definition)?.launch?.window;
      wanted.push({ window, name: '@actor_main', value: main ?? null });
    }
    if (wanted.length === 0) return;
    const until = isPaused ? ' for your next prompt' : '';
    const notice = waiting === 0 ? null : `${waiting} event${waiting === 1 ? '' : 's'} waiting${until}`;
    wanted.push({ window: null, name: '@actor_notice', value: notice });
    const changes = wanted.filter(change => this.#written.get(keyOf(change)) !== String(change.value));
    if (changes.length === 0) return;
    this.#writtenAt = performance.now();
    await setOptions(this.#daemon.tmux, changes);
    for (const change of changes) this.#written.set(keyOf(change), String(change.value));
  }
}

function keyOf({ window, name }: OptionChange): string {
  return `${window} ${name}`;
}

function markOf({ definition, status }: Session): string {
  if (status === 'waiting') return '!';
  if (status === 'exited') return '✗';
  if (definition.main) return '♛';
  return status === 'working' || status === 'starting' ? '★' : '';
}

function labelOf({ definition, queue }: Session): string {
  const queued = queue.length > 0 ? `+${queue.length} ` : '';
  return neutralizeFormat(queued + (definition.purpose ?? ''), 30);
}
