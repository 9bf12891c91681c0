/**
 * Submodules of a new work tree, from the repositories that the main work tree's submodules have: no network, and no second
 * copy of their history (hard links). Only those that are initialised there.
 *
 * Git keeps the repository of a work tree's submodule in its administrative folder, `modules/<name>`; where it finds one, it
 * clones nothing (found out with git 2.39). So that is what is put there first, with the settings, tags and remote-tracking
 * branches of the one it comes from; branches, stashes and what is checked out there are the main work tree's own.
 */
import { copyFile, lstat, mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from './files.js';
import { type Git, GitError, gitText } from './git.js';
import { ifAbsent } from './link.js';
import { openSubmodule } from './submodule.js';

/** A repository with submodules: its git directory, the work tree that it had at first, and the new one. */
interface Super {
  /** Where its submodules' repositories are: `modules/` in here. */
  source: string;
  /** The main work tree; submodules of old have their repository in there. */
  sourceTree: string;
  target: string;
  targetTree: string;
}

export interface Populated {
  /** Paths of those that are checked out, nested ones included. */
  done: string[];
  failed: { path: string; reason: string }[];
}

/** For a commit that the main work tree's repository does not have, and that a remote may never send, in milliseconds. */
const FETCH_TIMEOUT = 60_000;

/** Checks out the submodules of a new work tree. What fails is left as if not initialised, and told. */
export async function populateSubmodules(
  git: Git,
  at: Super,
  onProgress: (path: string) => void,
  prefix = '',
): Promise<Populated> {
  const result: Populated = { done: [], failed: [] };
  for (const { name, path, commit } of await initialised(git, at)) {
    const shown = prefix + path;
    onProgress(shown);
    const below: Super = {
      source: await repositoryOf(at, name, path),
      sourceTree: join(at.sourceTree, path),
      target: join(at.target, 'modules', name),
      targetTree: join(at.targetTree, path),
    };
    try {
      await prepare(git, below, commit);
      await checkOut(git, at, below, path, commit);
      result.done.push(shown);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      await clear(below);
      result.failed.push({ path: shown, reason: error.message });
      continue;
    }
    const nested = await populateSubmodules(git, below, onProgress, `${shown}/`);
    result.done.push(...nested.done);
    result.failed.push(...nested.failed);
  }
  return result;
}

interface Wanted {
  name: string;
  path: string;
  commit: string;
}

/** Those of the new work tree's index that have a repository and a URL in the main one's. */
async function initialised(git: Git, at: Super): Promise<Wanted[]> {
  if (!(await lstat(join(at.targetTree, '.gitmodules')).catch(ifAbsent(null)))?.isFile()) return [];
  const paths = await settings(git, join(at.targetTree, '.gitmodules'), 'path');
  const known = await settings(git, join(at.source, 'config'), 'url');
  // `git submodule update` leaves those alone whose setting says `none`; the repository's own settings are the stronger ones.
  const update = new Map([
    ...(await settings(git, join(at.targetTree, '.gitmodules'), 'update')),
    ...(await settings(git, join(at.source, 'config'), 'update')),
  ]);
  const wanted = [...paths].filter(
    ([name]) => known.has(name) && isName(name) && update.get(name) !== 'none',
  );
  if (wanted.length === 0) return [];
  const commits = await gitlinks(
    git,
    at,
    wanted.map(([, path]) => path),
  );
  const found: Wanted[] = [];
  for (const [name, path] of wanted) {
    const commit = commits.get(path);
    const isThere = await lstat(join(await repositoryOf(at, name, path), 'HEAD')).catch(ifAbsent(null));
    // What a hook has initialised meanwhile is its own.
    const isNew = (await openSubmodule(join(at.targetTree, path))).state === 'empty';
    if (commit !== undefined && isThere && isNew) found.push({ name, path, commit });
  }
  return found;
}

/** As git itself judges names, which become paths (git-submodule(1)). */
function isName(name: string): boolean {
  return name !== '' && !name.split(/[/\\]/).includes('..');
}

/** `submodule.<name>.<key>` of a file, by name. */
async function settings(git: Git, file: string, key: string): Promise<Map<string, string>> {
  const output = await git.attempt(dirname(file), [
    'config',
    '--file',
    file,
    '-z',
    '--get-regexp',
    `^submodule\\..*\\.${key}$`,
  ]);
  const found = new Map<string, string>();
  for (const entry of output.stdout.split('\0')) {
    const line = entry.indexOf('\n');
    if (line >= 0) found.set(entry.slice('submodule.'.length, line - key.length - 1), entry.slice(line + 1));
  }
  return found;
}

/** The commits that the index of the new work tree wants, by path. */
async function gitlinks(git: Git, at: Super, paths: string[]): Promise<Map<string, string>> {
  const output = await git.run(at.targetTree, [
    'ls-files',
    '-s',
    '-z',
    '--',
    ...paths.map(path => `:(literal)${path}`),
  ]);
  const lines = output.split('\0').filter(line => line.startsWith('160000 '));
  return new Map(lines.map(line => [line.slice(line.indexOf('\t') + 1), line.split(' ')[1]!]));
}

async function repositoryOf(at: Super, name: string, path: string): Promise<string> {
  const inside = join(at.sourceTree, path, '.git');
  const isInside = (await lstat(inside).catch(ifAbsent(null)))?.isDirectory();
  // The main work tree may be at a commit in which a link stands on the way.
  return isInside && (await realpath(inside)) === inside ? inside : join(at.source, 'modules', name);
}

async function prepare(git: Git, { source, target }: Super, commit: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await git.run(dirname(target), ['clone', '--quiet', '--mirror', '--local', '--template=', source, target], {
    config: { 'protocol.file.allow': 'always' },
  });
  await copyFile(join(source, 'config'), join(target, 'config'));
  // Not set in a repository that is inside its work tree.
  await git.attempt(target, ['config', '--file', join(target, 'config'), '--unset', 'core.worktree']);
  await keepWhatIsShared(git, source, target);
  const options = { gitDir: target, workTree: target };
  if (!(await hasCommit(git, target, commit))) return;
  const onRemote = await git.run(
    target,
    ['rev-list', '-n1', commit, '--not', '--remotes', '--tags', '--'],
    options,
  );
  // What is on no remote is still in the repository that it came from: a discard here does not lose it.
  if (onRemote.trim() !== '')
    await git.run(target, ['update-ref', 'refs/remotes/main-worktree/base', commit], options);
}

/** Of the references that came along: tags and remote-tracking branches stay. */
async function keepWhatIsShared(git: Git, source: string, target: string): Promise<void> {
  const options = { gitDir: target, workTree: target };
  const listed = await git.run(target, ['for-each-ref', '--format=%(refname)'], options);
  const own = listed.split('\n').filter(name => name !== '' && !/^refs\/(tags|remotes)\//.test(name));
  await git.run(target, ['update-ref', '--stdin'], {
    ...options,
    input: own.map(name => `delete ${name}\n`).join(''),
  });
  // The clone has made a plain reference of it.
  const head = await readFile(join(source, 'refs/remotes/origin/HEAD'), 'utf8').catch(ifAbsent(''));
  const branch = /^ref: (refs\/remotes\/origin\/\S+)\n/.exec(head)?.[1];
  if (branch !== undefined)
    await git.attempt(target, ['symbolic-ref', 'refs/remotes/origin/HEAD', branch], options);
}

async function hasCommit(git: Git, gitDir: string, commit: string): Promise<boolean> {
  const answer = await git.attempt(gitDir, ['cat-file', '-e', `${commit}^{commit}`], {
    gitDir,
    workTree: gitDir,
  });
  return answer.exitCode === 0;
}

async function checkOut(git: Git, at: Super, below: Super, path: string, commit: string): Promise<void> {
  const isHere = await hasCommit(git, below.target, commit);
  const answer = await git.attempt(
    at.targetTree,
    ['submodule', '--quiet', 'update', ...(isHere ? ['--no-fetch'] : []), '--', path],
    { asUser: true, ...(isHere ? {} : { timeoutMs: FETCH_TIMEOUT }) },
  );
  if (answer.exitCode !== 0) throw new GitError('submodule update', answer.exitCode, gitText(answer.stderr));
}

/** As it was: an empty directory, and no repository. */
async function clear({ target, targetTree }: Super): Promise<void> {
  await removeTree(target);
  await removeTree(targetTree);
  await mkdir(targetTree, { recursive: true });
}
