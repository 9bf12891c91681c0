/** Commits that would be reachable from nothing any more. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.js';
import { ifAbsent } from './link.js';
import type { Place } from './status.js';

export interface Commit {
  id: string;
  subject: string;
}

/** References that belong to one work tree alone and go with it (git-worktree(1), REFS). */
const PRIVATE = ['--glob=refs/bisect/*', '--glob=refs/worktree/*', '--glob=refs/rewritten/*'];
const KEPT = ['--not', '--branches', '--tags', '--remotes'];

/** Commits of HEAD and of the work tree's private references that no branch, tag or remote-tracking branch reaches. */
export async function unreachableCommits(git: Git, place: Place): Promise<Commit[]> {
  const list = ['rev-list', '--oneline', '--no-abbrev-commit'];
  const answer = await git.attempt(place.workTree, [...list, 'HEAD', ...PRIVATE, ...KEPT, '--'], {
    ...place,
  });
  if (answer.exitCode === 0) return parseCommits(answer.stdout);
  // No commit yet is the one good reason to fail.
  const unborn = await git.attempt(place.workTree, ['rev-parse', '-q', '--verify', 'HEAD'], { ...place });
  await git.run(place.workTree, ['symbolic-ref', 'HEAD'], { ...place });
  const head = unborn.exitCode === 0 ? ['HEAD'] : [];
  return parseCommits(
    await git.run(place.workTree, [...list, ...head, ...PRIVATE, ...KEPT, '--'], { ...place }),
  );
}

/**
 * Commits in a repository of its own (a submodule's) that are on no remote, as far as this repository knows.
 *
 * A commit that only a tag reaches counts when it was made here: a submodule is often pinned to a release that is on no
 * branch any more, and that release came with the clone.
 */
export async function commitsOnNoRemote(git: Git, place: Place): Promise<Commit[]> {
  const fetched = await fetchedByName(place.gitDir);
  const list = async (...exclusions: string[][]) =>
    parseCommits(
      await git.run(
        place.workTree,
        [
          'rev-list',
          '--oneline',
          '--no-abbrev-commit',
          '--ignore-missing',
          '--exclude=refs/stash',
          ...(exclusions.length > 0 ? ['--exclude=refs/tags/*'] : []),
          '--all',
          '--not',
          '--remotes',
          ...exclusions.flat(),
          ...fetched,
          '--',
        ],
        { ...place },
      ),
    );
  const everything = await list();
  if (everything.length === 0) return [];
  const [untagged, made] = await Promise.all([list(['--tags']), madeHere(place.gitDir)]);
  const ids = new Set(untagged.map(commit => commit.id));
  return everything.filter(commit => ids.has(commit.id) || made.has(commit.id));
}

/** How many entries a repository's stash has. */
export async function stashCount(gitDir: string): Promise<number> {
  const log = await readFile(join(gitDir, 'logs', 'refs', 'stash'), 'utf8').catch(ifAbsent(''));
  return log.split('\n').filter(line => line !== '').length;
}

/** The repositories in a folder `modules/`, at any depth: a submodule's name may hold slashes, and may nest. */
export async function moduleRepositories(modules: string): Promise<string[]> {
  const names = await readdir(modules).catch(ifAbsent([] as string[]));
  const found = await Promise.all(
    names.map(async name => {
      const folder = join(modules, name);
      if (!(await stat(folder).catch(ifAbsent(null)))?.isDirectory()) return [];
      const isRepository = await stat(join(folder, 'HEAD')).catch(ifAbsent(null));
      if (!isRepository) return moduleRepositories(folder);
      return [folder, ...(await moduleRepositories(join(folder, 'modules')))];
    }),
  );
  return found.flat();
}

/** `git submodule update` fetches a commit that no branch reaches by its name, and only FETCH_HEAD remembers it. */
async function fetchedByName(gitDir: string): Promise<string[]> {
  const text = await readFile(join(gitDir, 'FETCH_HEAD'), 'utf8').catch(ifAbsent(''));
  return [...text.matchAll(/^[0-9a-f]{40,64}/gm)].map(([id]) => id);
}

/** Commits that came to be in this work tree, by HEAD's log; those that were only checked out or fetched are none. */
async function madeHere(gitDir: string): Promise<Set<string>> {
  const log = await readFile(join(gitDir, 'logs', 'HEAD'), 'utf8').catch(ifAbsent(''));
  const lines = log.matchAll(
    /^[0-9a-f]+ ([0-9a-f]+) .*\t(commit|merge|rebase|pull|cherry-pick|revert|am)\b/gm,
  );
  return new Set([...lines].map(([, id]) => id ?? ''));
}

function parseCommits(output: string): Commit[] {
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const space = line.indexOf(' ');
      return space < 0
        ? { id: line, subject: '' }
        : { id: line.slice(0, space), subject: line.slice(space + 1) };
    });
}
