/** What git's status says of one work tree, whatever the user's status settings hide. */
import type { Git } from './git.js';

/** A work tree and its repository, both by name: the answer does not depend on where the directory was made. */
export interface Place {
  gitDir: string;
  workTree: string;
}

export interface StatusEntry {
  /** Relative to the work tree; a directory that is untracked as a whole ends in `/`. */
  path: string;
  staged: boolean;
  /** Changed in the work tree, added by intent only, or unmerged. */
  unstaged: boolean;
  untracked: boolean;
  submodule: boolean;
  /** The whole line, which changes with the index. */
  line: string;
}

/** Settings that could make git overlook a change, set to what overlooks nothing. */
export const LOOK_CLOSELY = {
  'core.untrackedCache': 'false',
  'core.checkStat': 'default',
  'core.trustctime': 'true',
  'status.showUntrackedFiles': 'normal',
};

/**
 * The changes in a work tree; ignored files are none. Of a submodule only that another commit is checked out: the
 * submodules are asked each by itself (git would look for them where the work tree used to be).
 */
export async function readStatus(git: Git, place: Place): Promise<StatusEntry[]> {
  const output = await git.run(
    place.workTree,
    [
      'status',
      '--porcelain=v2',
      '-z',
      '--untracked-files=normal',
      '--ignore-submodules=dirty',
      '--no-renames',
      '--no-ahead-behind',
    ],
    { ...place, config: LOOK_CLOSELY },
  );
  return parseStatus(output);
}

/** `git status --porcelain=v2 -z --no-renames` as data. */
export function parseStatus(output: string): StatusEntry[] {
  return output.split('\0').flatMap(line => {
    const kind = line[0];
    if (kind === '?') return [entry(line, line.slice(2), { untracked: true })];
    // 1 XY sub mH mI mW hH hI path; u XY sub m1 m2 m3 mW h1 h2 h3 path (git-status(1))
    const before = kind === '1' ? 8 : kind === 'u' ? 10 : null;
    if (before === null) return [];
    const words = line.split(' ');
    const path = words.slice(before).join(' ');
    const [x, y] = words[1] ?? '';
    const submodule = words[2]?.startsWith('S') ?? false;
    if (kind === 'u') return [entry(line, path, { unstaged: true, submodule })];
    return [entry(line, path, { staged: x !== '.', unstaged: y !== '.', submodule })];
  });
}

function entry(line: string, path: string, found: Partial<StatusEntry>): StatusEntry {
  return { staged: false, unstaged: false, untracked: false, submodule: false, ...found, line, path };
}
