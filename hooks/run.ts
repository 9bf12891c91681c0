/**
 * Runs one of the user's lifecycle hooks: `/bin/sh -c` in a session and process group of its own, with a time limit.
 *
 * Its output goes through a FIFO to a process that keeps the end of it, so that a hook which prints a gigabyte costs the
 * caller's event loop nothing. A FIFO and no pipe of node's: those are sockets, on which `echo >/dev/stderr` fails (ENXIO).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** This much of the end of the output is kept, in bytes. */
const TAIL_BYTES = 4096;
/** Over its limit the group gets SIGTERM, and SIGKILL after this time, in milliseconds. */
const GRACE = 2000;
/** After a SIGKILL, or for what should come at once, in milliseconds. */
const PATIENCE = 2000;
/** When the shell has ended, what it left in the background may hold its output open; it is not waited for longer (ms). */
const OUTPUT_AFTER_EXIT = 200;

/**
 * Keeps the end of its input. On a SIGTERM to its group the first cat goes, tail tells what it has, and the second cat
 * reads on for nobody: what a hook left in the background may print without dying of a SIGPIPE. Both run in the background,
 * since a shell that waited for them would hold the output open; their input would then be /dev/null, but for descriptor 3.
 */
const KEEPER = `exec 3<&0; { trap : TERM; cat || exec cat >/dev/null; } <&3 | { trap '' TERM; exec tail -c ${TAIL_BYTES}; } 3<&- &`;

/** Begins when it is told to: a caller that dies before it has written down what it started has started nothing. */
const GATE = 'read -r go && exec /bin/sh -c "$1" </dev/null';

export interface HookRun {
  command: string;
  dir: string;
  /** The whole environment. */
  env: Record<string, string>;
  /** In milliseconds. */
  timeout: number;
  /** A private folder, for a FIFO that is gone when the hook begins. */
  folder: string;
  /** Ends the hook before its time, as its time limit does. */
  signal?: AbortSignal;
  /** Told the pid of the shell, which is its process group and its session as well, before the hook begins. */
  onSpawn?: (pid: number) => void;
}

export interface HookEnd {
  /** null: it did not end by itself. */
  exitCode: number | null;
  /** What ended it; null: it ended by itself. */
  signal: NodeJS.Signals | null;
  /** Why it was made to end, if it was. */
  cut: 'time limit' | 'aborted' | null;
  /** Why it could not be started, if it could not. */
  problem: string | null;
  /** The last lines of what it printed on both streams: no control characters but newlines and tabs. */
  output: string;
  durationMs: number;
}

/** Runs the hook to its end; never rejects. */
export async function runHook(run: HookRun): Promise<HookEnd> {
  const begin = performance.now();
  let keeper: Keeper | null = null;
  const end = async (facts: Partial<HookEnd>): Promise<HookEnd> => ({
    exitCode: null,
    signal: null,
    cut: null,
    problem: null,
    output: plain((await keeper?.tail()) ?? Buffer.alloc(0)),
    ...facts,
    durationMs: Math.round(performance.now() - begin),
  });
  if (run.signal?.aborted) return end({ cut: 'aborted' });
  let shell: ChildProcess;
  try {
    keeper = await openKeeper(run.folder);
    // A command or an environment that cannot be handed over is thrown here, one that is too long comes as an event.
    if (!existsSync(run.dir)) throw new Error(`there is no directory ${run.dir}`);
    shell = spawn('/bin/sh', ['-c', GATE, '/bin/sh', run.command], {
      cwd: run.dir,
      env: run.env,
      detached: true,
      stdio: ['pipe', keeper.input, keeper.input],
    });
  } catch (error) {
    keeper?.close();
    return end({ problem: wordsOf(error) });
  }
  keeper.close();
  const exit = exitOf(shell);
  // It may be gone already.
  shell.stdin?.on('error', () => {});
  try {
    if (shell.pid !== undefined) run.onSpawn?.(shell.pid);
  } catch (error) {
    shell.stdin?.destroy();
    await exit;
    return end({ problem: wordsOf(error) });
  }
  shell.stdin?.end('\n');
  const cut = await untilCut(exit, run);
  if (cut && shell.pid !== undefined) await endGroup(shell.pid);
  const late = { exitCode: null, signal: 'SIGKILL', problem: null } as const;
  return end({ ...(await Promise.race([exit, delay(PATIENCE, late, { ref: false })])), cut });
}

type Exit = Pick<HookEnd, 'exitCode' | 'signal' | 'problem'>;

/** Of the shell alone: what it leaves in the background is not waited for. */
function exitOf(shell: ChildProcess): Promise<Exit> {
  return new Promise(resolve => {
    shell.once('error', error => resolve({ exitCode: null, signal: null, problem: wordsOf(error) }));
    shell.once('exit', (exitCode, signal) => resolve({ exitCode, signal, problem: null }));
  });
}

/** Resolves with the exit (null), or with why it is not waited for any longer. */
function untilCut(exit: Promise<Exit>, { timeout, signal }: HookRun): Promise<HookEnd['cut']> {
  return new Promise(resolve => {
    const settle = (cut: HookEnd['cut']) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(cut);
    };
    const abort = () => settle('aborted');
    const timer = setTimeout(() => settle('time limit'), timeout);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    void exit.then(() => settle(null));
  });
}

async function endGroup(group: number): Promise<void> {
  for (const [signal, time] of [
    ['SIGTERM', GRACE],
    ['SIGKILL', PATIENCE],
  ] as const) {
    signalGroup(group, signal);
    for (let waited = 0; waited < time; waited += 20) {
      if (!signalGroup(group, 0)) return;
      await delay(20);
    }
  }
}

/** @returns false when nobody is left in it. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

interface Keeper {
  /** A descriptor to print to. */
  readonly input: number;
  /** Closes our own end of {@link input}. */
  close(): void;
  /** The end of what was printed until now, or soon after. */
  tail(): Promise<Buffer>;
}

async function openKeeper(folder: string): Promise<Keeper> {
  const fifo = join(folder, 'output');
  await makeFifo(fifo);
  const open: number[] = [];
  try {
    // Neither end can be opened first without waiting for the other, but one that does not block; which a cat cannot use.
    open.push(openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK));
    const input = openSync(fifo, constants.O_WRONLY);
    open.push(input);
    const output = openSync(fifo, constants.O_RDONLY);
    open.push(output);
    const chunks: Buffer[] = [];
    // Of the hook it must know nothing: neither its directory, nor by its environment that it belongs to it.
    const child = spawn('/bin/sh', ['-c', KEEPER], {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      detached: true,
      stdio: [output, 'pipe', 'ignore'],
    });
    child.stdout?.on('data', chunk => chunks.push(chunk));
    const told = new Promise<true>(resolve => {
      child.once('error', () => resolve(true));
      child.stdout?.once('close', () => resolve(true));
    });
    for (const descriptor of open) if (descriptor !== input) closeSync(descriptor);
    return {
      input,
      close: () => closeSync(input),
      async tail() {
        const isTold = await Promise.race([told, delay(OUTPUT_AFTER_EXIT, false, { ref: false })]);
        if (!isTold && child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
        await Promise.race([told, delay(PATIENCE, false, { ref: false })]);
        child.stdout?.destroy();
        child.unref();
        return Buffer.concat(chunks);
      },
    };
  } catch (error) {
    for (const descriptor of open) closeSync(descriptor);
    throw error;
  } finally {
    rmSync(fifo, { force: true });
  }
}

function makeFifo(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mkfifo', ['-m', '600', path], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    child.once('error', reject);
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(said.trim() || 'mkfifo failed'))));
  });
}

/** ECMA-48 sequences: CSI, the strings (OSC, DCS …) and the short ones. */
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;

/** The text of a tail, which may begin inside a character. */
function plain(tail: Buffer): string {
  const text = tail.toString('utf8');
  return (tail.length >= TAIL_BYTES ? text.replace(/^\ufffd+/, '') : text)
    .replace(/\r\n?/g, '\n')
    .replace(ESCAPES, '')
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '')
    .trimEnd();
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
