/** How far a work tree has gone from its base, cheaply: this is asked for every row of the list. */
import type { Git, GitOptions } from './git.js';
import { readLink } from './link.js';
import { isOwnLink } from './own-links.js';

/** Committed or not; binary and untracked files count none. */
export interface Lines {
  added: number;
  deleted: number;
}

/**
 * The lines between the base and the files as they are. The base is the commit that the branch and `base` last had in
 * common: either the recorded commit, or, after a rebase or a merge from it, a later one of the base's branch.
 * Throws GitError when git cannot tell, or takes longer than `options` give each of its processes.
 */
export async function linesAgainstBase(
  git: Git,
  path: string,
  base: { ref: string | null; commit: string },
  options: GitOptions,
): Promise<Lines> {
  const start = await startOfBranch(git, path, base, options);
  const numbers = await git.run(
    path,
    [
      'diff',
      '--numstat',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--ignore-submodules=dirty',
      start,
      '--',
    ],
    options,
  );
  return sum(numbers);
}

/**
 * Are there staged, unstaged or untracked changes? Links that actor made are none.
 * Throws GitError when git cannot tell, or takes longer than `options` give it.
 */
export async function hasUncommitted(git: Git, path: string, options: GitOptions): Promise<boolean> {
  const status = await git.run(
    path,
    [
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=normal',
      '--ignore-submodules=none',
      '--no-renames',
    ],
    { ...options, config: { 'status.showUntrackedFiles': 'normal', 'status.branch': 'false' } },
  );
  return isDirty(path, status);
}

async function isDirty(path: string, status: string): Promise<boolean> {
  const entries = status.split('\0').filter(entry => entry !== '');
  if (entries.some(entry => !entry.startsWith('?? '))) return true;
  const state = entries.length === 0 ? null : await readLink(path);
  for (const entry of entries)
    if (state?.state !== 'linked' || !(await isOwnLink(path, entry.slice(3), state.link.commonDir)))
      return true;
  return false;
}

async function startOfBranch(
  git: Git,
  path: string,
  { ref, commit }: { ref: string | null; commit: string },
  options: GitOptions,
): Promise<string> {
  // With several commits, merge-base answers the best ancestor that HEAD shares with any of them (git-merge-base(1)).
  const branches = ref === null ? [] : [`refs/heads/${ref}`, `refs/remotes/${ref}`];
  for (const tip of [...branches, null]) {
    const words = ['merge-base', 'HEAD', commit, ...(tip === null ? [] : [tip])];
    const answer = await git.attempt(path, words, options);
    if (answer.exitCode === 0) return answer.stdout.split('\n')[0] ?? commit;
  }
  return commit;
}

function sum(output: string): Lines {
  let added = 0;
  let deleted = 0;
  for (const line of output.split('\0')) {
    const [plus, minus] = line.split('\t');
    added += Number.parseInt(plus ?? '', 10) || 0;
    deleted += Number.parseInt(minus ?? '', 10) || 0;
  }
  return { added, deleted };
}
