/** Windows of agents: born with their marks, closed by id. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { literalCommand } from './quote.js';
import { type Tmux, TmuxError } from './tmux.js';

/** tmux's own session that holds all windows; each client looks at it through a grouped one of its own. */
export const TMUX_SESSION = 'actor';

export interface WindowRequest {
  /** Shown by tmux; letters, digits, `.`, `_` and `-` only, since tmux expands formats in it. */
  name: string;
  /** Absolute path of an existing directory. */
  dir: string;
  /** Program and arguments, run without a shell; about 15 KB at most. */
  argv: string[];
  /** The window's user options; `@actor_name` and `@actor_launch` make it one of ours. */
  options: Record<`@${string}`, string>;
  /** In the same invocation, close the other windows in which this one of its options has the same value; plain words. */
  replaces?: `@${string}`;
  /** A command for `sh`, built from our own paths, that gets the pane's output on stdin from its first byte on. */
  pipe?: string;
}

export interface OpenedWindow {
  /** `@5` */
  window: string;
  /** `%5` */
  pane: string;
  /** The process that argv became. */
  pid: number;
}

/**
 * Opens a window, marked in the same invocation: no crash of this process leaves one without its options.
 * @throws {TmuxError} for a server that is not there, a command that is too long, a directory that does not exist.
 */
export async function openWindow(tmux: Tmux, request: WindowRequest): Promise<OpenedWindow> {
  if (!/^[A-Za-z0-9._-]+$/.test(request.name)) throw new RangeError(`no plain window name: ${request.name}`);
  // tmux would silently start in the home directory instead.
  const isDirectory = await stat(request.dir).then(
    entry => entry.isDirectory(),
    () => false,
  );
  if (!isDirectory) throw new TmuxError('failed', 'new-window', `no such directory: ${request.dir}`);

  // Not asked before the first try: the first window of all may take longer, no other.
  let missing: boolean | null = null;
  for (let attempt = 1; ; attempt++) {
    try {
      return parseBirth(await tmux.runAll(birthCommands(request, missing ?? false)));
    } catch (error) {
      if (!(error instanceof TmuxError) || error.kind !== 'failed' || attempt === 3) throw error;
      // There was no session, and others may be making it just now; or it has gone since it was asked for.
      const isMissing = !(await hasSession(tmux));
      if (isMissing === missing) throw error;
      missing = isMissing;
    }
  }
}

/**
 * The commands of a birth. tmux cannot say "the window just made" to a following command, so the window is born under
 * a name that nothing else has, is addressed by it, and gets its own name last.
 */
function birthCommands(request: WindowRequest, first: boolean): string[][] {
  const birthName = `birth-${randomUUID()}`;
  const target = targetOf(birthName);
  const place = first
    ? ['new-session', '-d', '-s', TMUX_SESSION, '-x', '200', '-y', '50']
    : ['new-window', '-d', '-t', `=${TMUX_SESSION}:`];
  const [program = '', ...rest] = request.argv;
  // A single word would be given to a shell.
  const argv = rest.length > 0 ? request.argv : ['/bin/sh', '-c', 'exec "$0"', program];
  const output = ['-P', '-F', '#{window_id} #{pane_id} #{pane_pid}'];
  return [
    [...place, '-n', birthName, '-c', request.dir.replaceAll('#', '##'), ...output, '--', ...argv],
    ...Object.entries(request.options).map(([name, value]) => [
      'set-option',
      '-w',
      '-t',
      target,
      '--',
      name,
      value,
    ]),
    // In the same invocation: the server reads the pane's output only after it.
    ...(request.pipe === undefined ? [] : [['pipe-pane', '-t', target, literalCommand(request.pipe)]]),
    ...(request.replaces === undefined ? [] : [closeOthers(birthName, request.replaces, request.options)]),
    ['rename-window', '-t', target, '--', request.name],
  ];
}

/** After the birth: a session that loses its last window is gone. */
function closeOthers(born: string, option: `@${string}`, options: WindowRequest['options']): string[] {
  const value = options[option] ?? '';
  // They stand in a format.
  if (!/^@[a-z_]+$/.test(option) || !/^[A-Za-z0-9._-]+$/.test(value))
    throw new RangeError(`no plain option: ${option} ${value}`);
  const isOther = `#{&&:#{==:#{${option}},${value}},#{!=:#{window_name},${born}}}`;
  return ['run-shell', '-C', '-t', targetOf(born), `#{W:#{?${isOther},kill-window -t #{window_id} ; ,}}`];
}

function targetOf(name: string): string {
  return `=${TMUX_SESSION}:=${name}`;
}

function parseBirth(output: string): OpenedWindow {
  const [window, pane, pid] = output.trim().split(' ');
  if (window === undefined || pane === undefined || pid === undefined)
    throw new TmuxError('failed', 'new-window', `unexpected answer: ${output}`);
  return { window, pane, pid: Number.parseInt(pid, 10) };
}

async function hasSession(tmux: Tmux): Promise<boolean> {
  try {
    await tmux.run(['has-session', '-t', `=${TMUX_SESSION}`]);
    return true;
  } catch (error) {
    if (error instanceof TmuxError && error.kind === 'failed') return false;
    throw error;
  }
}

/**
 * Closes a window; its processes get SIGHUP. Clients that show it go where tmux sends them: move them first.
 * A window, or a server, that is not there is fine.
 * @throws {TmuxError} of kind `timeout` or `not-installed`.
 */
export async function closeWindow(tmux: Tmux, window: string): Promise<void> {
  try {
    await tmux.run(['kill-window', '-t', window]);
  } catch (error) {
    if (error instanceof TmuxError && (error.kind === 'failed' || error.kind === 'no-server')) return;
    throw error;
  }
}

/**
 * After `kill -9` of a pane's process tmux 3.3a now and then misses the child's end: dead, but with no status and no
 * `pane-died`. Any other child that ends makes it look again.
 * @throws {TmuxError}
 */
export async function pokeDeadPane(tmux: Tmux): Promise<void> {
  await tmux.run(['run-shell', 'true']);
}
