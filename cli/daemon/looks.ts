/** Notes which sessions a person has looked at since they wanted one: those that a terminal shows. */
import { listClients } from '../../tmux/clients.js';
import type { Daemon } from './context.js';

export class Looks {
  readonly #daemon: Daemon;
  #isLooking = false;
  #isPoked = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** A terminal shows another window, or a session wants somebody. Asks tmux only if there is anything to note. */
  poke(): void {
    this.#isPoked = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#look()
      .catch(error => this.#daemon.log('looks', error))
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #look(): Promise<void> {
    const { ledger, tmux } = this.#daemon;
    while (this.#isPoked) {
      this.#isPoked = false;
      if (![...ledger.world.sessions.values()].some(({ unread }) => unread)) return;
      const shown = new Set((await listClients(tmux)).map(({ shows }) => shows));
      const seen = [...ledger.world.sessions.values()].filter(
        ({ definition, unread }) => unread && shown.has(definition.name),
      );
      ledger.commit(seen.map(({ definition }) => ({ kind: 'seen', session: definition.name })));
    }
  }
}
