/** The dedicated tmux server's life. */
import { chmod, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { scopeLauncher } from './scope.js';
import { type Tmux, TmuxError } from './tmux.js';

/** What actor itself rests on, whatever the user's own configuration said before. */
const ESSENTIAL = [
  ['set-option', '-s', 'exit-empty', 'off'],
  ['set-option', '-g', 'destroy-unattached', 'off'],
  ['set-option', '-g', 'update-environment', ''],
  ['set-option', '-g', 'default-command', ''],
  ['set-option', '-g', '-w', 'remain-on-exit', 'on'],
  ['set-option', '-g', '-w', 'automatic-rename', 'off'],
  ['set-option', '-g', '-w', 'allow-rename', 'off'],
];

/** What its server was told last. A server that is started anew makes its socket anew. */
const told = new WeakMap<Tmux, string>();

/**
 * Starts the server if none runs; in either case sees to it that it was told these global user options, which the
 * configuration's hooks and keys read (`@actor_home`, `@actor_hooks`, …). The server lives without any window.
 * @throws {TmuxError}
 */
export async function startServer(tmux: Tmux, options: Record<`@${string}`, string>): Promise<void> {
  const setOptions = Object.entries(options).map(([name, value]) => ['set-option', '-g', '--', name, value]);
  if (await tmux.isAnswering()) {
    const wanted = await markOf(tmux, options);
    if (told.get(tmux) === wanted) return;
    if (setOptions.length > 0) await tmux.runAll(setOptions);
    told.set(tmux, wanted);
    return;
  }
  const commands = [['start-server'], ...ESSENTIAL, ...setOptions];
  const launcher = await scopeLauncher(tmux.environment);
  try {
    await tmux.start(commands, launcher);
  } catch (error) {
    if (launcher.length === 0) throw error;
    await tmux.start(commands);
  }
  await chmod(tmux.socket, 0o600);
  told.set(tmux, await markOf(tmux, options));
}

/** Not by its ctime: tmux changes the socket's mode whenever the first client comes or the last one goes. */
async function markOf(tmux: Tmux, options: Record<string, string>): Promise<string> {
  const { ino, mtimeMs } = await stat(tmux.socket);
  return `${ino} ${mtimeMs} ${JSON.stringify(options)}`;
}

/**
 * Ends the server with all its windows (each gets SIGHUP), and returns once nobody answers any more. No server is fine.
 * @throws {TmuxError} of kind `timeout` when it still answers after five seconds.
 */
export async function killServer(tmux: Tmux): Promise<void> {
  try {
    await tmux.run(['kill-server']);
  } catch (error) {
    if (error instanceof TmuxError && error.kind === 'no-server') return;
    throw error;
  }
  const deadline = performance.now() + 5000;
  while (await tmux.isAnswering()) {
    if (performance.now() > deadline)
      throw new TmuxError('timeout', 'kill-server', 'the server still answers');
    await delay(10);
  }
}
