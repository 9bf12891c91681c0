/** What the index holds that status does not tell: submodules, and files that git was told not to look at. */
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from './git.js';
import { ifAbsent } from './link.js';
import { LOOK_CLOSELY, type Place } from './status.js';

export interface IndexReading {
  /** Paths of submodules (and of repositories that were added as if they were). */
  gitlinks: string[];
  /** Paths marked assume-unchanged. */
  assumed: string[];
  /** Paths marked skip-worktree: left out by a sparse checkout, or by hand. */
  skipped: string[];
}

/** Reads the index of a work tree, whatever the file system says. Throws GitError when git cannot. */
export async function readIndex(git: Git, place: Place): Promise<IndexReading> {
  const output = await git.run(place.workTree, ['ls-files', '-s', '-v', '-z'], { ...place });
  const reading: IndexReading = { gitlinks: [], assumed: [], skipped: [] };
  // `H 100644 <object> 0\t<path>`; a lower-case letter is assume-unchanged, S skip-worktree (git-ls-files(1)).
  for (const line of output.split('\0')) {
    const letter = line[0];
    if (letter === undefined) continue;
    if (line.startsWith('160000 ', 2)) reading.gitlinks.push(line.slice(line.indexOf('\t') + 1));
    if (letter.toUpperCase() === 'S') reading.skipped.push(line.slice(line.indexOf('\t') + 1));
    else if (letter !== letter.toUpperCase()) reading.assumed.push(line.slice(line.indexOf('\t') + 1));
  }
  reading.gitlinks = [...new Set(reading.gitlinks)];
  return reading;
}

/**
 * Which of the files that git was told not to look at differ from the index. A skipped file that is absent does not: that
 * is what skipping is for. Asked of a copy of the index, so that no mark of the user's changes.
 */
export async function hiddenChanges(git: Git, place: Place, reading: IndexReading): Promise<string[]> {
  const skipped = await present(place.workTree, reading.skipped);
  const paths = [...reading.assumed, ...skipped];
  if (paths.length === 0) return [];
  // Goes with the work tree, also when this process is killed over it.
  const folder = await mkdtemp(join(place.gitDir, 'actor-index-'));
  try {
    const indexFile = join(folder, 'index');
    await copyFile(join(place.gitDir, 'index'), indexFile);
    const options = {
      ...place,
      indexFile,
      config: { ...LOOK_CLOSELY, 'core.splitIndex': 'false', 'core.ignoreStat': 'false' },
    };
    const update = async (flag: string, input: string[]) =>
      git.run(place.workTree, ['update-index', flag, '-z', '--stdin'], {
        ...options,
        input: input.join('\0'),
      });
    // A file may bear both marks; the letter shows one.
    await update('--no-skip-worktree', paths);
    await update('--no-assume-unchanged', paths);
    // Exit code 1 says that a file differs, which is the question asked next.
    await git.attempt(place.workTree, ['update-index', '-q', '--really-refresh'], options);
    const differing = new Set(
      (await git.run(place.workTree, ['diff-files', '--name-only', '-z'], options)).split('\0'),
    );
    return paths.filter(path => differing.has(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Those of the paths that exist; reads each directory once, since a sparse checkout may skip half a million files. */
async function present(workTree: string, paths: string[]): Promise<string[]> {
  const directories = new Map<string, Set<string>>();
  const found: string[] = [];
  for (const path of paths) {
    const directory = dirname(path);
    let names = directories.get(directory);
    if (names === undefined) {
      names = new Set(await readdir(join(workTree, directory)).catch(ifAbsent([] as string[])));
      directories.set(directory, names);
    }
    if (names.has(path.slice(directory === '.' ? 0 : directory.length + 1))) found.push(path);
  }
  return found;
}
