/** Which processes belong to an arena, by what Linux says of them. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface LiveProcess {
  pid: number;
  /** Its command line, words joined by spaces. */
  command: string;
}

/**
 * The live processes (no zombies, not this one) whose environment holds `ACTOR_HOME=<actorHome>`, or, with `root` given,
 * whose current directory is inside it.
 */
export function processesOf(actorHome: string, root: string | null): Promise<LiveProcess[]> {
  return processesWith(`ACTOR_HOME=${actorHome}`, root);
}

/** Those of them that are a daemon, or are about to be one. */
export async function daemonsOf(actorHome: string): Promise<LiveProcess[]> {
  const live = await processesOf(actorHome, null);
  return live.filter(({ command }) => /\/daemon\.cjs( \d+)?$/.test(command));
}

/** The same for any `NAME=value` in the environment that a process was started with. */
export async function processesWith(variable: string, root: string | null = null): Promise<LiveProcess[]> {
  const pids = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.filter(pid => pid !== process.pid).map(pid => inspect(pid, variable, root)),
  );
  return found.filter(entry => entry !== null);
}

async function inspect(pid: number, variable: string, root: string | null): Promise<LiveProcess | null> {
  const folder = `/proc/${pid}`;
  const environ = await readFile(`${folder}/environ`, 'utf8').catch(() => '');
  const directory = root === null ? '' : await readlink(`${folder}/cwd`).catch(() => '');
  const inside = root !== null && (directory === root || directory.startsWith(`${root}/`));
  if (!inside && !environ.split('\0').includes(variable)) return null;
  const command = (await readFile(`${folder}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
  return command === '' ? null : { pid, command };
}

/** SIGTERM, and after `patience` milliseconds SIGKILL. Returns when the process is gone (or is a zombie). */
export async function endProcess(pid: number, patience = 2000): Promise<void> {
  for (const [name, time] of [
    ['SIGTERM', patience],
    ['SIGKILL', 2000],
  ] as const) {
    if (!signal(pid, name)) return;
    for (const begin = performance.now(); performance.now() - begin < time; await delay(20))
      if (!(await isAlive(pid))) return;
  }
}

/** Is there a process of this id that still runs? A zombie does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may itself hold spaces and parentheses.
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
