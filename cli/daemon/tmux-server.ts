/** The dedicated tmux server, as the daemon needs it. */
import { startServer } from '../../tmux/server.js';
import { compareVersions, OLDEST_VERSION, tmuxVersion } from '../../tmux/version.js';
import { Failure } from '../domain/failure.js';
import { EXIT } from '../protocol.js';
import type { Daemon } from './context.js';

/**
 * Starts it if it does not run, and tells its configuration where our things are.
 * @throws Failure when tmux is missing or too old.
 */
export async function ensureServer(daemon: Daemon): Promise<void> {
  if (!(await daemon.tmux.isAnswering())) await requireTmux(daemon.tmux.program);
  await startServer(daemon.tmux, {
    '@actor_home': daemon.places.home,
    '@actor_hooks': daemon.agentPlaces.hooks,
  });
}

async function requireTmux(program: string): Promise<void> {
  const installed = await tmuxVersion(program);
  const oldest = `${OLDEST_VERSION.major}.${OLDEST_VERSION.minor}`;
  if (!installed)
    throw new Failure(
      EXIT.failed,
      `tmux is not installed (not found in PATH); actor needs ${oldest} or newer`,
      'actor doctor',
    );
  if (compareVersions(installed.version, OLDEST_VERSION) < 0)
    throw new Failure(
      EXIT.failed,
      `${installed.text} is too old: actor needs tmux ${oldest} or newer`,
      'actor doctor',
    );
}
