/** All work trees of a repository, as git lists them. */
import { resolve } from 'node:path';
import type { Git } from './git.js';

export interface ListedWorktree {
  path: string;
  /** Short name; null when detached or bare. */
  branch: string | null;
  /** Its directory is missing. Only told by git 2.31 and later. */
  prunable: boolean;
}

/** The main work tree comes first. */
export async function listWorktrees(git: Git, dir: string): Promise<ListedWorktree[]> {
  const zero = await git.attempt(dir, ['worktree', 'list', '--porcelain', '-z']);
  // -z came with git 2.36; before, a newline in a path cannot be told from the next line.
  const output =
    zero.exitCode === 129
      ? (await git.run(dir, ['worktree', 'list', '--porcelain'])).replaceAll('\n', '\0')
      : zero.exitCode === 0
        ? zero.stdout
        : await git.run(dir, ['worktree', 'list', '--porcelain', '-z']);
  return output
    .split('\0\0')
    .filter(record => record !== '')
    .map(record => {
      const lines = record.split('\0');
      const value = (key: string) => lines.find(line => line.startsWith(`${key} `))?.slice(key.length + 1);
      return {
        path: value('worktree') ?? '',
        branch: value('branch')?.replace(/^refs\/heads\//, '') ?? null,
        prunable: lines.some(line => line === 'prunable' || line.startsWith('prunable ')),
      };
    });
}

/** The absolute path of what all work trees of the repository at `dir` share. */
export async function commonDirectory(git: Git, dir: string): Promise<string> {
  return resolve(dir, await git.line(dir, ['rev-parse', '--git-common-dir']));
}
