/** The dedicated tmux server, as the daemon needs it. */
import path from 'node:path';
import { commandLine } from '../../tmux/quote.js';
import { startServer } from '../../tmux/server.js';
import { compareVersions, OLDEST_VERSION, tmuxVersion } from '../../tmux/version.js';
import { Failure } from '../domain/failure.js';
import { EXIT } from '../protocol.js';
import type { Daemon } from './context.js';
import { packageRoot } from './places.js';

/**
 * Starts it if it does not run, and tells its configuration where our things are.
 * @throws Failure when tmux is missing or too old.
 */
export async function ensureServer(daemon: Daemon): Promise<void> {
  if (!(await daemon.tmux.isAnswering())) await requireTmux(daemon.tmux.program);
  await startServer(daemon.tmux, {
    '@actor_home': daemon.places.home,
    '@actor_hooks': daemon.agentPlaces.hooks,
    '@actor_popup': commandLine(popupArgv(daemon.places.home)),
  });
}

/** What popups of the menu run, before what they are to do: no shell reads it, and tmux 3.2 has no `-e` for them. */
function popupArgv(home: string): string[] {
  const client = path.join(packageRoot(), 'dist', 'actor.cjs');
  return ['env', `ACTOR_HOME=${home}`, process.execPath, client, 'menu'];
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
