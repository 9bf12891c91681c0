/** The dedicated tmux server, as the daemon needs it. */
import { startServer } from '../../tmux/server.js';
import type { Daemon } from './context.js';

/** Starts it if it does not run, and tells its configuration where our things are. */
export async function ensureServer(daemon: Daemon): Promise<void> {
  await startServer(daemon.tmux, {
    '@actor_home': daemon.places.home,
    '@actor_hooks': daemon.agentPlaces.hooks,
  });
}
