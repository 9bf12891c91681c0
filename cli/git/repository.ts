/** Which repository is a directory in, and in what state is it? */
import { lstat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../domain/failure.js';
import { type Git, GitError, type GitResult, gitText } from './git.js';

export interface Repository {
  /** Root of the main work tree, also when asked from a linked one; of a bare repository, the repository itself. */
  root: string;
  /** Root of the work tree that the directory is in; null in a bare repository or inside a `.git` directory. */
  top: string | null;
  /** What all work trees of the repository share: objects, branches, settings. */
  commonDir: string;
  /** This work tree's own part; `commonDir` in the main one. */
  gitDir: string;
  bare: boolean;
  /**
   * `branch` null: detached. `commit` null: no commit yet (`branch` names the one to come).
   * Both null: HEAD is damaged.
   */
  head: { branch: string | null; commit: string | null };
}

/**
 * The repository that `dir` is in, or null where there is none. All paths absolute.
 * Throws a Failure when there is one that git cannot or will not read: damaged, or another user's.
 */
export async function describeRepository(git: Git, dir: string): Promise<Repository | null> {
  const { places, head } = (await askAtOnce(git, dir)) ?? (await askOneByOne(git, dir));
  if (places.exitCode !== 0) {
    await throwIfUnreadable(dir, places);
    return null;
  }
  const [bareWord, insideWord, common, gitDir, up = ''] = places.stdout.split('\n');
  if (common === undefined || gitDir === undefined)
    throw new GitError('rev-parse', 0, `unexpected answer in ${dir}`);
  const commonDir = resolve(dir, common);
  const top = insideWord === 'true' ? resolve(dir, up) : null;
  return {
    root: await mainRoot(git, { commonDir, gitDir, top }),
    top,
    commonDir,
    gitDir,
    bare: bareWord === 'true',
    head,
  };
}

/** Is there no repository any more at this root of one? It was moved, or deleted. One that git cannot or will not read is there. */
export async function isGone(git: Git, root: string): Promise<boolean> {
  if ((await lstat(root).catch(() => null)) === null) return true;
  try {
    return (await describeRepository(git, root))?.root !== root;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

const PLACES = [
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--git-common-dir',
  '--absolute-git-dir',
  '--show-cdup',
];

interface Answers {
  places: GitResult;
  head: Repository['head'];
}

/** One process for all, as a process costs more than anything it is asked; null where HEAD is not as it usually is. */
async function askAtOnce(git: Git, dir: string): Promise<Answers | null> {
  // Each word is answered in its turn, and the first that has no answer ends it.
  const words = ['HEAD^{commit}', '--symbolic-full-name', 'HEAD', ...PLACES];
  const answer = await git.attempt(dir, ['rev-parse', ...words]);
  const [, commit, reference, stdout] =
    /^([0-9a-f]{40,})\n(HEAD|refs\/[^\n]+)\n(.*)$/s.exec(answer.stdout) ?? [];
  // Beside a branch that is called HEAD, the name HEAD is ambiguous and gets no line.
  if (answer.exitCode !== 0 || commit === undefined || reference === undefined || stdout === undefined)
    return null;
  return {
    places: { ...answer, stdout },
    head: { branch: reference === 'HEAD' ? null : shortBranch(reference), commit },
  };
}

/** Where there is no commit yet, HEAD is damaged, or there is no repository at all. */
async function askOneByOne(git: Git, dir: string): Promise<Answers> {
  const [places, symbolic, verified] = await Promise.all([
    git.attempt(dir, ['rev-parse', ...PLACES]),
    git.attempt(dir, ['symbolic-ref', '-q', 'HEAD']),
    git.attempt(dir, ['rev-parse', '-q', '--verify', 'HEAD^{commit}']),
  ]);
  return {
    places,
    head: {
      branch: symbolic.exitCode === 0 ? shortBranch(symbolic.stdout.trim()) : null,
      commit: verified.exitCode === 0 ? verified.stdout.trim() : null,
    },
  };
}

function shortBranch(reference: string): string {
  return reference.replace(/^refs\/heads\//, '');
}

async function mainRoot(git: Git, at: Pick<Repository, 'commonDir' | 'gitDir' | 'top'>): Promise<string> {
  const { commonDir, gitDir, top } = at;
  if (gitDir === commonDir && top !== null) return top;
  // Read as files, not by asking: inside `.git`, git calls the repository neither bare nor a work tree.
  const setting = (key: string) =>
    git.attempt(commonDir, ['config', '--file', join(commonDir, 'config'), '--get', key]);
  const [bare, workTree] = await Promise.all([setting('core.bare'), setting('core.worktree')]);
  if (workTree.exitCode === 0) return resolve(commonDir, workTree.stdout.trim());
  if (bare.stdout.trim() === 'true') return commonDir;
  return basename(commonDir) === '.git' ? dirname(commonDir) : commonDir;
}

/** Git says "not a git repository" of a damaged `.git` as well, and looks further up: the difference is worth a look. */
async function throwIfUnreadable(dir: string, answer: GitResult): Promise<void> {
  const text = gitText(answer.stderr);
  const owned = /dubious ownership in repository at '(.*)'/.exec(text);
  if (owned)
    throw new Failure(
      1,
      `git does not trust the repository at ${owned[1]}: it belongs to another user`,
      `git config --global --add safe.directory '${owned[1]}'`,
    );
  const found = await nearestDotGit(dir);
  if (found !== null)
    throw new Failure(1, `the git repository at ${found} is damaged: ${text.split('\n')[0]}`);
  if (!text.startsWith('not a git repository')) throw new GitError('rev-parse', answer.exitCode, text);
}

async function nearestDotGit(dir: string): Promise<string | null> {
  for (let at = resolve(dir); ; at = dirname(at)) {
    if (await lstat(join(at, '.git')).catch(() => null)) return at;
    if (at === dirname(at)) return null;
  }
}
