/** Does a process live, and is it still the same one? Linux answers by /proc, others by ps(1). */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Is there a /proc that tells of processes? */
export const HAS_PROC = existsSync('/proc/self/stat');
let boot: string | null = null;

/**
 * What tells a process from a later one with the same pid: its start time since boot and the boot's id (proc(5), field 22).
 * Elsewhere its start time by ps. null: there is no such process.
 */
export function birthOf(pid: number): string | null {
  if (HAS_PROC) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command name is in parentheses and may hold anything; fields are counted behind it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return null;
      boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return `${boot}:${fields[19]}`;
    } catch {
      return null;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Has this process certainly ended? Cheap enough to be asked for a hundred of them every few seconds; starts no process. */
export function hasEnded(pid: number): boolean {
  return HAS_PROC ? birthOf(pid) === null : !answers(pid);
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
