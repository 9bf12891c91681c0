/** The repository of a submodule's directory, found without git: git looks for its work tree where that used to be. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ifAbsent } from './link.js';
import type { Place } from './status.js';

export type Submodule =
  /** Not initialised, or its directory is not there. */
  | { state: 'empty' }
  | { state: 'open'; place: Place }
  /** There is something that git would not show, or whose repository is missing. */
  | { state: 'unknown'; reason: string };

/** What is in a submodule's directory. */
export async function openSubmodule(workTree: string): Promise<Submodule> {
  const directory = await lstat(workTree).catch(ifAbsent(null));
  // Something else in its place is told by the status of the work tree above.
  if (!directory?.isDirectory()) return { state: 'empty' };
  const dotGit = await lstat(join(workTree, '.git')).catch(ifAbsent(null));
  if (dotGit === null) {
    const names = await readdir(workTree);
    return names.length === 0
      ? { state: 'empty' }
      : { state: 'unknown', reason: 'files in a submodule that is not initialised' };
  }
  const gitDir = dotGit.isDirectory() ? join(workTree, '.git') : await target(workTree);
  const head = gitDir === null ? null : await lstat(join(gitDir, 'HEAD')).catch(ifAbsent(null));
  if (gitDir === null || head === null) return { state: 'unknown', reason: 'its repository is missing' };
  return { state: 'open', place: { gitDir, workTree } };
}

async function target(workTree: string): Promise<string | null> {
  const path = /^gitdir: (.+?)\n*$/s.exec(await readFile(join(workTree, '.git'), 'utf8'))?.[1];
  return path === undefined ? null : resolve(workTree, path);
}
