/** Questions about processes of this machine: Linux by /proc, others by ps(1). */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HAS_PROC } from '../alive.js';

/**
 * The processes that an agent's window started: those in the terminal session of its first process, and on Linux those
 * with the launch's id in their environment, which also finds what daemonised itself. `launch` null: only the former.
 */
export function processesOf(windowPid: number, launch: string | null): number[] {
  if (!HAS_PROC) return processesBySession(windowPid);
  const found: number[] = [];
  const mark = `ACTOR_LAUNCH=${launch}`;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') continue;
      const isInSession = Number(fields[3]) === windowPid;
      if (
        isInSession ||
        (launch !== null && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark))
      )
        found.push(pid);
    } catch {
      // It ended while we looked, or belongs to somebody else.
    }
  }
  return found;
}

/** Does a process run that has this text in its arguments? It is looked for without its being an argument itself. */
export function isRunningWith(text: string): boolean {
  if (!HAS_PROC) {
    try {
      return execFileSync('ps', ['-axww', '-o', 'args='], { encoding: 'utf8', maxBuffer: 2 ** 28 }).includes(
        text,
      );
    } catch {
      return false;
    }
  }
  return readdirSync('/proc').some(name => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`).includes(text);
    } catch {
      return false;
    }
  });
}

function processesBySession(windowPid: number): number[] {
  try {
    return execFileSync('ps', ['-axo', 'pid=,sess='], { encoding: 'utf8' })
      .split('\n')
      .map(line => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid, session]) => (pid && session === windowPid ? [pid] : []));
  } catch {
    return [];
  }
}

/** What an agent left running, and does not know of its end, waits this long for SIGTERM, in milliseconds. */
const STRAY_PATIENCE = 300;

/**
 * Ends these processes: waits `patience` milliseconds for `agent`, one of them, to end by itself (it was told already), then
 * SIGTERM, then SIGKILL. `find` is asked again each time, as they may fork.
 * @returns true when none is left.
 */
export async function endProcesses(
  find: () => number[],
  { agent, patience }: { agent: number; patience: number },
): Promise<boolean> {
  for (const [signal, time] of [
    [null, patience],
    ['SIGTERM', 1000],
    ['SIGKILL', 2000],
  ] as const) {
    const begin = performance.now();
    let left = find();
    let agentSeen = begin;
    if (signal) for (const pid of left) send(pid, signal);
    while (left.length > 0 && performance.now() - begin < time) {
      if (left.includes(agent)) agentSeen = performance.now();
      else if (!signal && performance.now() - agentSeen >= STRAY_PATIENCE) break;
      await delay(10);
      left = find();
    }
    if (left.length === 0) return true;
  }
  return false;
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
