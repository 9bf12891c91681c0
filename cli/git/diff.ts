/** How far a work tree has gone from its base, cheaply: this is asked for every row of the list. */
import type { Git } from './git.js';
import { readLink } from './link.js';
import { isOwnLink } from './own-links.js';

export interface Diff {
  /** Lines, committed or not; binary and untracked files count none. */
  added: number;
  deleted: number;
  /** Staged, unstaged or untracked changes; links that actor made are none. */
  dirty: boolean;
}

export interface DiffOptions {
  /** For each of the git processes; 5 s unless given. */
  timeoutMs?: number;
}

/**
 * The lines between the base and the files as they are. The base is the commit that the branch and `base` last had in
 * common: either the recorded commit, or, after a rebase or a merge from it, a later one of the base's branch.
 * Throws GitError when git cannot tell or takes too long.
 */
export async function diffAgainstBase(
  git: Git,
  path: string,
  base: { ref: string | null; commit: string },
  { timeoutMs = 5000 }: DiffOptions = {},
): Promise<Diff> {
  const options = { timeoutMs };
  const [numbers, status] = await Promise.all([
    startOfBranch(git, path, base, timeoutMs).then(start =>
      git.run(
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
      ),
    ),
    git.run(
      path,
      [
        'status',
        '--porcelain=v1',
        '-z',
        '--untracked-files=normal',
        '--ignore-submodules=none',
        '--no-renames',
      ],
      {
        timeoutMs,
        config: { 'status.showUntrackedFiles': 'normal', 'status.branch': 'false' },
      },
    ),
  ]);
  return { ...sum(numbers), dirty: await isDirty(path, status) };
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
  timeoutMs: number,
): Promise<string> {
  // With several commits, merge-base answers the best ancestor that HEAD shares with any of them (git-merge-base(1)).
  const branches = ref === null ? [] : [`refs/heads/${ref}`, `refs/remotes/${ref}`];
  for (const tip of [...branches, null]) {
    const answer = await git.attempt(path, ['merge-base', 'HEAD', commit, ...(tip === null ? [] : [tip])], {
      timeoutMs,
    });
    if (answer.exitCode === 0) return answer.stdout.split('\n')[0] ?? commit;
  }
  return commit;
}

function sum(output: string): { added: number; deleted: number } {
  let added = 0;
  let deleted = 0;
  for (const line of output.split('\0')) {
    const [plus, minus] = line.split('\t');
    added += Number.parseInt(plus ?? '', 10) || 0;
    deleted += Number.parseInt(minus ?? '', 10) || 0;
  }
  return { added, deleted };
}
