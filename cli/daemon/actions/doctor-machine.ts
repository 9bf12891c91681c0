/** What `actor doctor` finds out about the machine: disk space and the kernel's limits. */
import { readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DoctorFinding } from '../../protocol.js';

/** An agent with its watches and sockets needs some ten; this is for a hundred of them. */
const OPEN_FILES = 1024;
const INOTIFY_WATCHES = 8192;
const INOTIFY_INSTANCES = 64;
const DISK_WARNING = 500 * 1024 * 1024;
const DISK_ERROR = 20 * 1024 * 1024;

/** One finding; `fix` is the command or step that mends it. */
export function finding(
  topic: string,
  level: DoctorFinding['level'],
  text: string,
  fix: string | null = null,
): DoctorFinding {
  return { topic, level, text, fix };
}

/** Is there space for worktrees and the journal? `home` need not exist yet. */
export function examineDisk(home: string): DoctorFinding {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(existing(home));
    const free = bavail * bsize;
    const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
    const fix = `df -h ${home}`;
    // File systems without a fixed number of inodes report none at all.
    if (files > 0 && ffree === 0) return finding('disk', 'error', 'no inodes are left', `df -i ${home}`);
    if (free < DISK_ERROR) return finding('disk', 'error', text, fix);
    return free < DISK_WARNING ? finding('disk', 'warning', text, fix) : finding('disk', 'ok', text);
  } catch (error) {
    return finding('disk', 'note', `its free space cannot be told: ${codeOf(error)}`);
  }
}

/** The path itself, or the nearest folder above it that is there. */
function existing(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) || dirname(path) === path) return path;
  return existing(dirname(path));
}

/** The limits of open files and inotify. Only Linux tells them (`proc` is its /proc); elsewhere there is nothing to find. */
export function examineLimits(proc: string): DoctorFinding[] {
  const limits = read(join(proc, 'self/limits'));
  const files = /^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1];
  return [
    atLeast('open files', files, OPEN_FILES, 'ulimit -n 4096, then actor daemon restart'),
    atLeast(
      'inotify watches',
      read(join(proc, 'sys/fs/inotify/max_user_watches')),
      INOTIFY_WATCHES,
      'sudo sysctl fs.inotify.max_user_watches=524288',
    ),
    atLeast(
      'inotify instances',
      read(join(proc, 'sys/fs/inotify/max_user_instances')),
      INOTIFY_INSTANCES,
      'sudo sysctl fs.inotify.max_user_instances=512',
    ),
  ].filter(each => each !== null);
}

function atLeast(
  topic: string,
  text: string | null | undefined,
  needed: number,
  fix: string,
): DoctorFinding | null {
  if (!text || !/^\d+\s*$/.test(text)) return null;
  const limit = Number(text);
  if (limit >= needed) return finding(topic, 'ok', `up to ${limit}`);
  return finding(topic, 'warning', `only ${limit}, many sessions need ${needed}`, fix);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The code of a system's error: `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
