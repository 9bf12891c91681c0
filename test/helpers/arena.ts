/**
 * A private world for one test: short root, own HOME, ACTOR_HOME, PATH and git configuration. Its end is a test as well:
 * a process that outlives the arena fails the test that left it.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { daemonsOf, endProcess, processesOf } from './processes.js';
import { copyRepository } from './repository.js';
import { packageRoot } from './root.js';
import { eventually } from './wait.js';

export interface RunOptions {
  /** Working directory; the arena's HOME unless given. */
  cwd?: string;
  /** Standard input; nothing (`/dev/null`) unless given. */
  input?: string | Uint8Array;
  /** Added to the arena's environment. */
  env?: Record<string, string>;
  /** Milliseconds, 90 s unless given; passing it rejects. */
  timeout?: number;
}

export interface RunResult {
  /** Exit code; 128 + n after signal n, 127 when the program was not found. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface Arena {
  /** `/tmp/a-XXXXXX`: short, for a unix socket's path has 107 bytes. */
  root: string;
  home: string;
  actorHome: string;
  tmp: string;
  /** First on PATH; put fake programs here. */
  bin: string;
  /** The whole environment of whatever the arena runs. */
  env: Record<string, string>;
  /** A git repository with one commit on `main`, at `<root>/<name>` (default `repo`). */
  repository(name?: string): Promise<string>;
  /** Runs a program to its end. Never rejects for a non-zero exit, does for a time-out. */
  run(command: string, args: string[], options?: RunOptions): Promise<RunResult>;
  /** Runs the built `actor` with these arguments; the last one may be options: `actor('run', 'a', {cwd})`. */
  actor(...args: (string | RunOptions)[]): Promise<RunResult>;
}

/** So many arenas of one test file live at once: ava begins all tests of a file together, and a hundred would starve each other. */
const SLOTS = 6;
let free = SLOTS;
const waiting: (() => void)[] = [];

/** Waits for its turn. @returns gives the turn to the next test. */
async function takeSlot(): Promise<() => void> {
  if (free > 0) free--;
  else await new Promise<void>(resolve => waiting.push(resolve));
  return () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
}

/** Builds an arena, and ends and inspects it in the test's teardown. One for each test: two could wait for each other. */
export async function withArena(t: ExecutionContext): Promise<Arena> {
  // Teardowns run last in, first out: the slot is free when all of the arena is gone.
  t.teardown(await takeSlot());
  const root = await mkdtemp('/tmp/a-');
  const home = join(root, 'home');
  const actorHome = join(root, 'actor');
  const tmp = join(root, 'tmp');
  const bin = join(root, 'bin');
  for (const folder of [home, tmp, bin]) await mkdir(folder);
  const env = await environment({ root, home, actorHome, tmp, bin });
  const running = new Set<AbortController>();

  t.teardown(async () => {
    for (const controller of running) controller.abort();
    try {
      await endServices(actorHome, env);
      await failOnLeftovers(actorHome, root);
    } finally {
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    }
  });

  async function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
    const controller = new AbortController();
    running.add(controller);
    const result = await execa(command, args, {
      cwd: options.cwd ?? home,
      env: { ...env, ...options.env },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      timeout: options.timeout ?? 90_000,
      cancelSignal: controller.signal,
      forceKillAfterDelay: 1000,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    });
    running.delete(controller);
    const { stdout, stderr } = result;
    if (result.timedOut)
      throw new Error(
        `${[command, ...args].join(' ')}: no end after ${options.timeout ?? 90_000} ms\n${stdout}\n${stderr}`,
      );
    if (result.exitCode !== undefined) return { code: result.exitCode, stdout, stderr };
    if (result.signal !== undefined) return { code: 128 + signalNumber(result.signal), stdout, stderr };
    return { code: 127, stdout: stdout ?? '', stderr: result.shortMessage ?? '' };
  }

  return {
    root,
    home,
    actorHome,
    tmp,
    bin,
    env,
    repository: (name = 'repo') => copyRepository(join(root, name)),
    run,
    actor(...args) {
      const last = args.at(-1);
      const options = typeof last === 'object' ? last : {};
      const words = args.filter((word): word is string => typeof word === 'string');
      return run(process.execPath, [join(packageRoot, 'dist', 'actor.cjs'), ...words], options);
    },
  };
}

/** Nothing of the caller's environment but where its programs are. */
async function environment(
  at: Pick<Arena, 'root' | 'home' | 'actorHome' | 'tmp' | 'bin'>,
): Promise<Record<string, string>> {
  const gitConfig = join(at.root, 'gitconfig');
  await writeFile(
    gitConfig,
    '[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n',
  );
  const runtime = join(at.root, 'run');
  await mkdir(runtime, { mode: 0o700 });
  return {
    PATH: [at.bin, dirname(process.execPath), process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(':'),
    HOME: at.home,
    USER: process.env.USER ?? 'test',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMPDIR: at.tmp,
    TMUX_TMPDIR: at.tmp,
    XDG_CONFIG_HOME: join(at.home, '.config'),
    XDG_DATA_HOME: join(at.home, '.local/share'),
    XDG_STATE_HOME: join(at.home, '.local/state'),
    XDG_CACHE_HOME: join(at.home, '.cache'),
    XDG_RUNTIME_DIR: runtime,
    ACTOR_HOME: at.actorHome,
    GIT_CONFIG_GLOBAL: gitConfig,
    GIT_CONFIG_SYSTEM: '/dev/null',
    // By these a run that is cut off finds what it has started, wherever that went.
    ...Object.fromEntries(
      ['CI_RUN_MARK', 'TEST_RUN_MARK'].flatMap(mark =>
        process.env[mark] ? [[mark, process.env[mark]]] : [],
      ),
    ),
  };
}

/** A daemon ends what it has begun; one that is killed leaves that behind. Its longest time on a busy machine, in milliseconds. */
const DAEMON_END = 30_000;

async function endServices(actorHome: string, env: Record<string, string>): Promise<void> {
  // Beside the one of the home there may be others at their start, which would find no folders any more.
  const end = async () => {
    for (const { pid } of await daemonsOf(actorHome)) await endProcess(pid, DAEMON_END);
    return daemonsOf(actorHome);
  };
  await eventually(end, ({ length }) => length === 0);
  const socket = join(actorHome, 'tmux.sock');
  await execa('tmux', ['-S', socket, 'kill-server'], {
    env,
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
}

/** Waits up to 10 s until no process of this arena is alive; else ends what is left and throws, naming it. */
async function failOnLeftovers(actorHome: string, root: string): Promise<void> {
  let left: Awaited<ReturnType<typeof processesOf>> = [];
  const read = async () => {
    left = await processesOf(actorHome, root);
    return left.length;
  };
  try {
    await eventually(read, count => count === 0, { timeout: 10_000, every: 50 });
  } catch {
    for (const { pid } of left) await endProcess(pid);
    const names = left.map(({ pid, command }) => `${pid} ${command}`).join('\n');
    throw new Error(`processes outlived the arena:\n${names}`);
  }
}

function signalNumber(signal: string): number {
  return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0;
}
