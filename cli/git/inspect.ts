/** What would be lost if a work tree were removed. Its branch is kept, so what is committed there is no loss. */
import { createHash } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import { Failure } from '../domain/failure.js';
import { commitsOnNoRemote, moduleRepositories, stashCount, unreachableCommits } from './commits.js';
import { contentMark } from './content-mark.js';
import type { Git } from './git.js';
import { hiddenChanges, readIndex } from './index-flags.js';
import { administrativeFolders, readLink, type WorktreeLink } from './link.js';
import { operationsInProgress } from './operations.js';
import { isOwnLink } from './own-links.js';
import { type Place, readStatus } from './status.js';
import { openSubmodule } from './submodule.js';

export type LossKind =
  | 'staged'
  | 'unstaged'
  | 'untracked'
  | 'submodule-changes'
  | 'submodule-commits'
  | 'detached-commits'
  | 'operation';

export interface Loss {
  kind: LossKind;
  /** For a person: `2 untracked files`. */
  detail: string;
  count: number;
  /** Paths, commits or names of operations; at most five. */
  examples: string[];
  /** Changes whenever what would be lost changes, contents included: two looks with equal marks found the same. */
  mark: string;
}

/** There is no work tree to look into: `gone`, or `broken` (what is in it cannot be judged: never the same as clean). */
export class NotInspectable extends Failure {
  readonly reason: 'gone' | 'broken';

  constructor(reason: 'gone' | 'broken', message: string) {
    super(4, message);
    this.name = 'NotInspectable';
    this.reason = reason;
  }
}

interface Finding {
  kind: LossKind;
  text: string;
  mark: string;
}

/**
 * Everything that removing the linked work tree at `path` would lose, one entry a kind; [] is nothing. Ignored files do
 * not count, nor do links that actor made (own-links.ts). Works as well in a work tree that was renamed; `formerly` is then the path that it had.
 * Throws {@link NotInspectable} where there is no such work tree, and GitError when git cannot tell.
 */
export async function findLosses(git: Git, path: string, formerly: string = path): Promise<Loss[]> {
  const state = await readLink(path);
  if (state.state === 'gone') throw new NotInspectable('gone', `the worktree ${path} is gone`);
  if (state.state === 'broken')
    throw new NotInspectable('broken', `the worktree ${path} is damaged: ${state.reason}`);
  if (state.state === 'main')
    throw new NotInspectable('broken', `${path} is a repository, not a worktree of one`);
  const { link } = state;
  const place: Place = { gitDir: link.gitDir, workTree: link.path };
  const findings = await Promise.all([
    lookAtTree(git, place, link, ''),
    lookAtOwnCommits(git, place),
    lookAtModules(git, link),
    lookAtNestedWorktrees(git, link, formerly),
  ]);
  return summarize(findings.flat());
}

/** Files, operations, and the submodules below. `prefix`: the submodule's path with a slash, '' for the work tree itself. */
async function lookAtTree(git: Git, place: Place, link: WorktreeLink, prefix: string): Promise<Finding[]> {
  const [entries, index, operations] = await Promise.all([
    readStatus(git, place),
    readIndex(git, place),
    operationsInProgress(place.gitDir),
  ]);
  const [hidden, below] = await Promise.all([
    hiddenChanges(git, place, index),
    Promise.all(
      index.gitlinks.map(path => lookAtSubmodule(git, join(place.workTree, path), link, prefix + path)),
    ),
  ]);
  const found: Finding[] = [];
  const changed = async (kind: LossKind, path: string, line: string) => {
    const mark = `${line} ${await contentMark(join(place.workTree, path))}`;
    found.push({ kind: prefix === '' ? kind : 'submodule-changes', text: prefix + path, mark });
  };
  for (const { path, line, staged, unstaged, untracked, submodule } of entries) {
    if (staged) await changed('staged', path, line);
    if (unstaged) await changed(submodule ? 'submodule-changes' : 'unstaged', path, line);
    if (untracked && !(await isOwnLink(place.workTree, path, link.commonDir)))
      await changed('untracked', path, line);
  }
  for (const path of hidden) await changed('unstaged', path, path);
  for (const operation of operations) {
    const text = prefix === '' ? operation : `${operation} in ${prefix.slice(0, -1)}`;
    found.push({ kind: 'operation', text, mark: text });
  }
  return [...found, ...below.flat()];
}

async function lookAtSubmodule(
  git: Git,
  workTree: string,
  link: WorktreeLink,
  path: string,
): Promise<Finding[]> {
  const submodule = await openSubmodule(workTree);
  if (submodule.state === 'empty') return [];
  if (submodule.state === 'unknown')
    return [{ kind: 'submodule-changes', text: `${path} (${submodule.reason})`, mark: submodule.reason }];
  const { place } = submodule;
  // A repository inside the work tree itself goes with it; those in `modules/` are looked at there, used or not.
  const embedded = isInside(place.gitDir, link.path);
  const [tree, commits] = await Promise.all([
    lookAtTree(git, place, link, `${path}/`),
    embedded ? lookAtForeignCommits(git, place.gitDir, path) : [],
  ]);
  return [...tree, ...commits];
}

async function lookAtOwnCommits(git: Git, place: Place): Promise<Finding[]> {
  const commits = await unreachableCommits(git, place);
  return commits.map(({ id, subject }) => ({
    kind: 'detached-commits',
    text: `${id.slice(0, 8)} ${subject}`,
    mark: id,
  }));
}

/** The repositories of this work tree's submodules lie in its administrative folder and are deleted with it. */
async function lookAtModules(git: Git, link: WorktreeLink): Promise<Finding[]> {
  const modules = join(link.gitDir, 'modules');
  const repositories = await moduleRepositories(modules);
  const found = await Promise.all(
    repositories.map(gitDir =>
      lookAtForeignCommits(git, gitDir, relative(modules, gitDir).replaceAll('/modules/', '/')),
    ),
  );
  return found.flat();
}

async function lookAtForeignCommits(git: Git, gitDir: string, name: string): Promise<Finding[]> {
  const [commits, stashes] = await Promise.all([
    // The work tree that the repository's settings name may have moved; no file of it is looked at here.
    commitsOnNoRemote(git, { gitDir, workTree: gitDir }),
    stashCount(gitDir),
  ]);
  const found = commits.map(({ id, subject }) => ({
    text: `${name}: ${id.slice(0, 8)} ${subject}`,
    mark: id,
  }));
  for (let number = 0; number < stashes; number++)
    found.push({ text: `${name}: stash@{${number}}`, mark: `stash ${number}` });
  return found.map(finding => ({ kind: 'submodule-commits', ...finding }));
}

/** An agent may have made worktrees of the repository inside this one, even in an ignored folder: they are places of work. */
async function lookAtNestedWorktrees(git: Git, link: WorktreeLink, formerly: string): Promise<Finding[]> {
  const folders = await administrativeFolders(link.commonDir);
  const found = await Promise.all(
    folders.map(async ({ gitDir, path }) => {
      const root = [link.path, formerly].find(each => path !== each && isInside(path, each));
      if (root === undefined || gitDir === link.gitDir) return [];
      const inside = relative(root, path);
      const place = { gitDir, workTree: join(link.path, inside) };
      if ((await readLink(place.workTree)).state !== 'linked') return [];
      const nested = await Promise.all([lookAtTree(git, place, link, ''), lookAtOwnCommits(git, place)]);
      return nested.flat().map(finding => ({ ...finding, text: `${inside}: ${finding.text}` }));
    }),
  );
  return found.flat();
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

const ORDER: Record<LossKind, (count: number) => string> = {
  staged: count => `${count} staged ${plural(count, 'change')}`,
  unstaged: count => `${count} unstaged ${plural(count, 'change')}`,
  untracked: count => `${count} untracked ${plural(count, 'file')}`,
  'submodule-changes': count => `${count} ${plural(count, 'change')} in submodules`,
  'submodule-commits': count => `${count} ${plural(count, 'commit')} in submodules on no remote`,
  'detached-commits': count => `${count} ${plural(count, 'commit')} on no branch or tag`,
  operation: count => `${count} ${plural(count, 'operation')} in progress`,
};

function summarize(findings: Finding[]): Loss[] {
  return (Object.keys(ORDER) as LossKind[]).flatMap(kind => {
    const own = findings.filter(finding => finding.kind === kind);
    if (own.length === 0) return [];
    const hash = createHash('sha256');
    for (const mark of own.map(finding => `${finding.text}\0${finding.mark}`).sort())
      hash.update(`${mark}\0\0`);
    const examples = own.slice(0, 5).map(finding => finding.text);
    return [{ kind, detail: ORDER[kind](own.length), count: own.length, examples, mark: hash.digest('hex') }];
  });
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}

/** What the second look found that the first did not, or not so. */
export function newLosses(before: Loss[], after: Loss[]): Loss[] {
  return after.filter(loss => !before.some(({ kind, mark }) => kind === loss.kind && mark === loss.mark));
}
