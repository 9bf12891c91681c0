/** Start the daemon so that nothing of its caller holds it: not the terminal, the process group, the directory, nor an agent's sandbox. */
import { execFile, spawn } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../domain/failure.js';
import { shellWord } from '../domain/shell-word.js';
import { lastOwner } from '../owner.js';
import { EXIT } from '../protocol.js';
import type { Home } from './home.js';

/** A daemon that this process started. */
export interface StartedDaemon {
  /** null while it runs. `quietly`: with status 0, as it does when another one is there already, or nobody can tell. */
  ended(): { quietly: boolean; how: string } | null;
  /** The last lines that it wrote on stderr. */
  errors(): string;
  /** It answers: let this process end without it. */
  release(): void;
}

/** Variables that belong to the caller's window or session, not to the daemon of all. */
export const WINDOW_VARIABLES: readonly string[] = [
  'ACTOR_NAME',
  'ACTOR_LAUNCH',
  'ACTOR_DIR',
  'ACTOR_REPO',
  'ACTOR_BRANCH',
  'ACTOR_BASE',
  'ACTOR_AGENT',
  'ACTOR_CONVERSATION',
  'TMUX',
  'TMUX_PANE',
];

/** The errors file is emptied at a start beyond this many bytes. */
const ERRORS_LIMIT = 256 * 1024;

/** A daemon that answers after a longer time is a rare one, in milliseconds. */
const LOST_AFTER = 1500;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts a daemon for this home (made here if it is missing, 0700). It may find that another one has taken the place, even one
 * that has left it since; then it ends with status 0. From inside an agent's window the tmux server starts it, if that works.
 */
export async function startDaemon(home: Home, env: Environment, program: string): Promise<StartedDaemon> {
  try {
    mkdirSync(dirname(home.path), { recursive: true });
    // By itself: a recursive one says ENOENT of a read-only file system.
    makeFolder(home.path);
    requireUsableHome(home.path);
    const descriptor = openSync(home.daemonErrors, 'a', 0o600);
    try {
      if (fstatSync(descriptor).size > ERRORS_LIMIT) ftruncateSync(descriptor);
      const errorsFrom = fstatSync(descriptor).size;
      const errors = () => lastLines(readFileSync(home.daemonErrors).subarray(errorsFrom).toString());
      const words = [process.execPath, program, String(lastOwner(home.owner).generation)] as const;
      if (env.ACTOR_NAME && (await startInTmuxServer(home, words))) return outOfSight(errors);
      return startDetached(home, env, words, descriptor, errors);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.failed, `cannot start the daemon: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

/** The program, its script and its argument. */
type Words = readonly [node: string, program: string, vacancy: string];

/** Many clients may make it at the same moment. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The daemon refuses these as well, but could not leave its words in such a home. */
function requireUsableHome(path: string): void {
  const { uid } = statSync(path);
  if (uid !== process.getuid?.())
    throw new Failure(EXIT.failed, `${path} belongs to another user (uid ${uid})`, `ls -ld ${path}`);
  if (statfsSync(path).bavail === 0)
    throw new Failure(EXIT.failed, `the disk of ${path} is full`, `df -h ${path}`);
}

function startDetached(
  home: Home,
  env: Environment,
  [node, ...words]: Words,
  descriptor: number,
  errors: () => string,
): StartedDaemon {
  const environment: Record<string, string | undefined> = { ...env, ACTOR_HOME: home.path };
  for (const name of WINDOW_VARIABLES) delete environment[name];
  const child = spawn(node, words, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', descriptor, descriptor],
    env: environment,
  });
  let ended: ReturnType<StartedDaemon['ended']> = null;
  child.once('error', error => {
    ended = { quietly: false, how: error.message };
  });
  child.once('exit', (code, signal) => {
    ended = { quietly: code === 0, how: code === null ? `killed by ${signal}` : `exit status ${code}` };
  });
  return { ended: () => ended, errors, release: () => child.unref() };
}

/**
 * One that is no child of ours. Of a daemon that nobody has reached for so long it is taken for granted that it has met another
 * one that was just ending: one more that is started in vain does no harm.
 */
function outOfSight(errors: () => string): StartedDaemon {
  const lost = performance.now() + LOST_AFTER;
  return {
    ended: () => (performance.now() > lost ? { quietly: true, how: 'nobody can tell' } : null),
    errors,
    release: () => {},
  };
}

/** Does the tmux server take the start over? Answers false where there is none (or tmux is missing). */
function startInTmuxServer(home: Home, words: Words): Promise<boolean> {
  const command = tmuxStartCommand(home, words);
  return new Promise(resolve => {
    execFile('tmux', ['-S', home.tmuxSocket, 'run-shell', '-b', command], { timeout: 5000 }, error =>
      resolve(error === null),
    );
  });
}

/**
 * The shell command that tmux's `run-shell -b` is given. It leaves the daemon to init (tmux ends its own jobs when its
 * server ends), with no stream that tmux reads. tmux expands formats in it, so every `#` is doubled.
 */
export function tmuxStartCommand(home: Home, words: Words): string {
  const environment = `unset ${WINDOW_VARIABLES.join(' ')}; export ACTOR_HOME=${shellWord(home.path)}`;
  const start = `cd / && exec ${words.map(shellWord).join(' ')} </dev/null >>${shellWord(home.daemonErrors)} 2>&1`;
  return `${environment}; (${start}) & exit 0`.replaceAll('#', '##');
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-8).join('\n');
}
