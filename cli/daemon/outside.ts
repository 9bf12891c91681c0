/**
 * Programs of the person's machine that actor is better with and can do without: `notify-send`, `osascript`, `gh`. None of them
 * may keep anybody waiting: each run has its time, a process group of its own, and no failure.
 */
import { spawn } from 'node:child_process';

export interface OutsideRun {
  dir: string;
  /** The whole environment; the program is looked for in its PATH. */
  env: Record<string, string>;
  /** After so many milliseconds it is killed, with what it has started. */
  timeout: number;
}

export interface OutsideEnd {
  /** null: it was not started, was killed, or took too long. */
  code: number | null;
  /** The beginning of what it printed. */
  stdout: string;
  stderr: string;
}

/** More of its output is not kept, in characters. */
const OUTPUT_LIMIT = 64 * 1024;
/** A child of its own may hold its pipes: so long is waited for their end when it has ended itself, in milliseconds. */
const PIPES_AFTER_EXIT = 500;

const groups = new Set<number>();
// They are of no use to anybody when we are gone.
process.on('exit', () => groups.forEach(killGroup));

/** Runs it to its end. Never rejects. */
export function runOutside(
  program: string,
  args: readonly string[],
  { dir, env, timeout }: OutsideRun,
): Promise<OutsideEnd> {
  return new Promise(resolve => {
    const output = { stdout: '', stderr: '' };
    const child = spawn(program, args, { cwd: dir, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = child;
    if (pid !== undefined) groups.add(pid);
    const timer = setTimeout(() => {
      if (pid !== undefined) killGroup(pid);
      end(null);
    }, timeout);
    const end = (code: number | null) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, ...output });
    };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(0, OUTPUT_LIMIT);
      });
    child.once('error', () => end(null));
    child.once('close', code => end(code));
    child.once('exit', code => {
      if (pid !== undefined) groups.delete(pid);
      setTimeout(() => end(code), PIPES_AFTER_EXIT).unref();
    });
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
