/**
 * Removing a work tree in steps, so that its agent can be ended between the two looks:
 *
 *     isOurs → findLosses → (end the agent) → setAside → inspectSetAside → putBack | finishRemoval | moveToTrash
 *
 * The name of the directory is the record of how far it got, since a rename is all or nothing:
 * `<name>` in use · `.leaving-<name>-<random>` out of reach, nothing decided: a crash leads back ·
 * `.removing-<name>-<random>` decided: a crash leads on. A move to the trash is decided by its own record (trash.ts).
 */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, realpath, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { removeTree } from './files.js';
import type { Git } from './git.js';
import { findLosses, type Loss } from './inspect.js';
import {
  administrativeFolders,
  ifAbsent,
  lock,
  pointsTo,
  pointTo,
  readLink,
  removeAdministrativeFolder,
  unlock,
  type WorktreeLink,
} from './link.js';
import { isGone } from './repository.js';
import { commonDirectory, listWorktrees } from './worktrees.js';

export type Ownership =
  | { ours: true; link: WorktreeLink }
  /** Ours by where it lies, but its link to the repository is broken: nobody can tell what is in it, it can only be moved. */
  | { ours: true; link: null; reason: string }
  /** `gone`: there is nothing at the path, so nothing to protect. */
  | { ours: false; gone: boolean; reason: string };

/**
 * May actor remove `path`? Only a directory right inside `worktreesFolder`, itself no symbolic link, which its repository
 * lists as a linked work tree. Never throws for a directory that is something else. `repo`: the root of the repository for which it
 * was made; without it one whose link is broken is none.
 */
export async function isOurs(
  git: Git,
  path: string,
  worktreesFolder: string,
  repo: string | null = null,
): Promise<Ownership> {
  const no = (reason: string, gone = false): Ownership => ({ ours: false, gone, reason });
  const entry = await lstat(path).catch(ifAbsent(null));
  if (entry === null) return no(`${path} is gone`, true);
  if (entry.isSymbolicLink()) return no(`${path} is a symbolic link`);
  if (!entry.isDirectory()) return no(`${path} is not a directory`);
  const [real, folder] = await Promise.all([realpath(path), realpath(worktreesFolder).catch(ifAbsent(null))]);
  if (folder === null || dirname(real) !== folder || basename(real).startsWith('.'))
    return no(`${path} is not in ${worktreesFolder}`);
  const state = await readLink(real);
  if (state.state === 'main') return no(`${path} is a repository of its own`);
  if (state.state === 'gone') return no(`${path} is gone`, true);
  if (state.state === 'broken') {
    if (repo === null) return no(state.reason);
    const reason = (await isGone(git, repo)) ? `its repository ${repo} is gone` : state.reason;
    return { ours: true, link: null, reason };
  }
  const paths = (await listWorktrees(git, state.link.commonDir)).map(worktree => worktree.path);
  const listed = await Promise.all(paths.map(each => realpath(each).catch(ifAbsent(null))));
  // The first is the main work tree.
  if (listed.indexOf(real) > 0) return { ours: true, link: state.link };
  return no(`its repository does not list ${path} as a worktree`);
}

const ASIDE = /^\.(leaving|removing)-(.+)-[0-9a-f]{12}$/;

/**
 * Renames the work tree out of reach of whoever still knows its path, and returns the new path, in the same folder: the
 * links from its submodules to their repositories are relative, and stay true. Git works there as before.
 */
export async function setAside(path: string): Promise<string> {
  const state = await readLink(path);
  if (state.state === 'gone' || state.state === 'main') throw new Failure(4, `${path} is not a worktree`);
  if (state.state === 'linked') await lock(state.link.gitDir);
  const real = await realpath(path);
  const hidden = join(dirname(real), `.leaving-${basename(real)}-${randomBytes(6).toString('hex')}`);
  await rename(real, hidden);
  if (state.state === 'linked') await pointTo(state.link.gitDir, hidden);
  return hidden;
}

/** The path that a set-aside work tree had. Throws when `hidden` is no such path. */
export function formerPath(hidden: string): string {
  const name = ASIDE.exec(basename(hidden))?.[2];
  if (name === undefined) throw new Error(`${hidden} was not set aside`);
  return join(dirname(hidden), name);
}

/** The second look: what is in the work tree that was set aside, and whatever has appeared at its old path since. */
export async function inspectSetAside(git: Git, hidden: string): Promise<Loss[]> {
  const former = formerPath(hidden);
  const losses = await findLosses(git, hidden, former);
  const strays = await readdir(former).catch(ifAbsent([] as string[]));
  if (strays.length === 0) return losses;
  const stray: Loss = {
    kind: 'untracked',
    detail: `${strays.length} new in ${former}, where something still writes`,
    count: strays.length,
    examples: strays.slice(0, 5),
    mark: strays.sort().join('\0'),
  };
  return [...losses, stray];
}

/**
 * The work tree back at its place. Something that has appeared there meanwhile is moved to `stray` beside it, and not
 * removed.
 */
export async function putBack(hidden: string): Promise<{ path: string; stray: string | null }> {
  const path = formerPath(hidden);
  const stray = await clearTheWay(path);
  await rename(hidden, path);
  const state = await readLink(path);
  if (state.state === 'linked') {
    await pointTo(state.link.gitDir, path);
    await unlock(state.link.gitDir);
  }
  return { path, stray };
}

async function clearTheWay(path: string): Promise<string | null> {
  if ((await lstat(path).catch(ifAbsent(null))) === null) return null;
  if (
    await rmdir(path).then(
      () => true,
      () => false,
    )
  )
    return null;
  const stray = join(dirname(path), `.stray-${basename(path)}-${randomBytes(6).toString('hex')}`);
  await rename(path, stray);
  return stray;
}

/** Decides and carries out: deletes the set-aside work tree and its administrative folder. The branch stays. */
export async function finishRemoval(hidden: string): Promise<void> {
  const removing = join(dirname(hidden), basename(hidden).replace(/^\.leaving-/, '.removing-'));
  formerPath(hidden);
  await rename(hidden, removing);
  await carryOutRemoval(removing);
}

/** Can be repeated from any point: the `.git` file, which leads to the administrative folder, goes after that. */
async function carryOutRemoval(removing: string): Promise<void> {
  const entry = await lstat(removing).catch(ifAbsent(null));
  if (!entry?.isDirectory()) return;
  const state = await readLink(removing);
  if (state.state === 'linked') {
    const { gitDir } = state.link;
    if (await isNamedBy(gitDir, removing)) await removeAdministrativeFolder(gitDir);
  }
  await removeTree(removing);
}

/** Is this still the folder of the work tree that is being removed? Its id may be another work tree's by now. */
async function isNamedBy(gitDir: string, removing: string): Promise<boolean> {
  const named = await pointsTo(gitDir);
  if (named === null) return true;
  const folder = await realpath(dirname(named)).catch(ifAbsent(null));
  if (folder !== (await realpath(dirname(removing)))) return false;
  const former = formerPath(removing);
  if (basename(named) === basename(former)) return (await lstat(former).catch(ifAbsent(null))) === null;
  const leaving = basename(removing).replace(/^\.removing-/, '.leaving-');
  return [basename(removing), leaving].includes(basename(named));
}

/**
 * Removes the administrative folder of a work tree whose directory is gone, as `git worktree prune` would for this one.
 * Answers false, and leaves it, when that would lose commits: HEAD on no branch, or submodules' repositories. Where the
 * repository is gone there is nothing to forget.
 */
export async function forgetGone(git: Git, repo: string, path: string): Promise<boolean> {
  if (await lstat(path).catch(ifAbsent(null))) return false;
  if (await isGone(git, repo)) return true;
  const found = (await administrativeFolders(await commonDirectory(git, repo))).find(
    folder => folder.path === path,
  );
  if (found === undefined) return true;
  const { gitDir } = found;
  const entries = await readdir(gitDir);
  const head = await git.attempt(gitDir, ['symbolic-ref', '-q', 'HEAD'], { gitDir, workTree: gitDir });
  const kept = entries.some(name =>
    ['modules', 'locked', 'rebase-merge', 'rebase-apply', 'BISECT_LOG'].includes(name),
  );
  if (kept || head.exitCode !== 0) return false;
  await removeAdministrativeFolder(gitDir);
  return true;
}

/**
 * For the start of the daemon: work trees that were set aside when it died go back to their places, removals that were
 * decided are carried out. Call it after {@link finishTrash}, which knows of those that were on their way to the trash.
 */
export async function recoverSetAside(
  worktreesFolder: string,
): Promise<{ putBack: string[]; removed: string[]; strays: string[] }> {
  const done = { putBack: [] as string[], removed: [] as string[], strays: [] as string[] };
  for (const name of await readdir(worktreesFolder).catch(ifAbsent([] as string[]))) {
    const kind = ASIDE.exec(name)?.[1];
    const hidden = join(worktreesFolder, name);
    if (kind === undefined || !(await lstat(hidden)).isDirectory()) continue;
    if (kind === 'removing') {
      await carryOutRemoval(hidden);
      done.removed.push(formerPath(hidden));
    } else {
      const { path, stray } = await putBack(hidden);
      done.putBack.push(path);
      if (stray !== null) done.strays.push(stray);
    }
  }
  await repairInPlace(worktreesFolder);
  return done;
}

/** A death beside a rename leaves our lock, or a folder that names the path of before. */
async function repairInPlace(worktreesFolder: string): Promise<void> {
  for (const name of await readdir(worktreesFolder).catch(ifAbsent([] as string[]))) {
    if (name.startsWith('.')) continue;
    const state = await readLink(join(worktreesFolder, name)).catch(() => null);
    if (state?.state !== 'linked') continue;
    const { gitDir, path } = state.link;
    const named = await pointsTo(gitDir);
    const match = named === null ? null : ASIDE.exec(basename(named));
    if (match?.[2] === name) await pointTo(gitDir, path);
    await unlock(gitDir);
  }
}

/** Renames a work tree that actor itself has just made straight to `.removing-…` and deletes it, whatever is in it. */
export async function removeUnseen(path: string): Promise<void> {
  if ((await lstat(path).catch(ifAbsent(null))) === null) return;
  const removing = join(dirname(path), `.removing-${basename(path)}-${randomBytes(6).toString('hex')}`);
  await rename(path, removing);
  await carryOutRemoval(removing);
}
