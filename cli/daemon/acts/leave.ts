/** Closes the window of a session whose agent is gone or goes, and takes care of those who look at it. */
import { detachClients, moveClients } from '../../../tmux/clients.js';
import { TmuxError } from '../../../tmux/tmux.js';
import { closeWindow } from '../../../tmux/window.js';
import { mainOf } from '../../domain/event.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';

/** The clients that look at it go back to main; those of main itself, or where no main runs, leave. */
export async function leaveWindow(daemon: Daemon, session: Session, window: string): Promise<void> {
  const main = session.definition.main ? undefined : mainOf(daemon.ledger.world, session.definition);
  const target = main?.launch?.window;
  try {
    if (target) await moveClients(daemon.tmux, window, target);
    else await detachClients(daemon.tmux, { window });
  } catch (error) {
    // Main's window has just gone as well: tmux finds another place for them.
    if (!(error instanceof TmuxError) || error.kind !== 'failed') throw error;
  }
  await closeWindow(daemon.tmux, window);
}
