/**
 * The two files that tie a linked work tree to its repository: `<path>/.git` names the administrative folder
 * `<common>/worktrees/<id>`, whose file `gitdir` names `<path>/.git` (gitrepository-layout(5)). Read and written here
 * without git, for these are needed where git refuses: in a directory that was renamed, and in one that is half gone.
 */
import { lstat, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

export interface WorktreeLink {
  /** Absolute root of the work tree, symbolic links resolved. */
  path: string;
  /** The administrative folder: HEAD, index, operations in progress, the submodules' repositories. */
  gitDir: string;
  /** The repository that it belongs to. */
  commonDir: string;
}

export type LinkState =
  | { state: 'linked'; link: WorktreeLink }
  /** A work tree with its repository inside: a main work tree, or a clone. */
  | { state: 'main'; path: string; gitDir: string }
  | { state: 'gone' }
  | { state: 'broken'; reason: string };

/** What ties the directory `path` to a repository. Does not look upwards. Throws only for I/O errors other than absence. */
export async function readLink(path: string): Promise<LinkState> {
  const real = await realpath(path).catch(ifAbsent(null));
  if (real === null) return { state: 'gone' };
  const entry = await lstat(join(real, '.git')).catch(ifAbsent(null));
  if (entry === null) return { state: 'broken', reason: `${path} has no .git file` };
  if (entry.isDirectory()) return { state: 'main', path: real, gitDir: join(real, '.git') };
  const target = /^gitdir: (.+?)\n*$/s.exec(await readFile(join(real, '.git'), 'utf8'))?.[1];
  if (target === undefined)
    return { state: 'broken', reason: `${join(path, '.git')} does not say where its repository is` };
  const gitDir = resolve(real, target);
  const common = await readFile(join(gitDir, 'commondir'), 'utf8').catch(ifAbsent(null));
  if (common === null) {
    const exists = (await lstat(gitDir).catch(ifAbsent(null))) !== null;
    return {
      state: 'broken',
      reason: exists ? `${gitDir} is not a worktree's folder` : `${gitDir} is missing`,
    };
  }
  const commonDir = resolve(gitDir, common.trim());
  if (dirname(gitDir) !== join(commonDir, 'worktrees'))
    return { state: 'broken', reason: `${gitDir} is not a worktree's folder` };
  if ((await lstat(join(gitDir, 'HEAD')).catch(ifAbsent(null))) === null)
    return { state: 'broken', reason: `${join(gitDir, 'HEAD')} is missing` };
  return { state: 'linked', link: { path: real, gitDir, commonDir } };
}

/** The work tree that an administrative folder names; null when the folder or its file is missing. */
export async function pointsTo(gitDir: string): Promise<string | null> {
  const text = await readFile(join(gitDir, 'gitdir'), 'utf8').catch(ifAbsent(null));
  return text === null ? null : dirname(resolve(gitDir, text.trim()));
}

/** Makes the administrative folder name `path`; an entry that was relative stays relative. Replaced by rename. */
export async function pointTo(gitDir: string, path: string): Promise<void> {
  const file = join(gitDir, 'gitdir');
  const before = await readFile(file, 'utf8').catch(ifAbsent(''));
  const target = join(path, '.git');
  const text = before === '' || isAbsolute(before.trim()) ? target : relative(gitDir, target);
  await writeFile(`${file}.actor`, `${text}\n`);
  await rename(`${file}.actor`, file);
}

const LOCK_REASON = 'actor: being removed';

/** Keeps a `git worktree prune` of anybody from taking the folder while its directory has another name. A lock of the user's stays. */
export async function lock(gitDir: string): Promise<void> {
  await writeFile(join(gitDir, 'locked'), `${LOCK_REASON}\n`, { flag: 'wx' }).catch(error => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Takes our own lock away, no other. */
export async function unlock(gitDir: string): Promise<void> {
  const text = await readFile(join(gitDir, 'locked'), 'utf8').catch(ifAbsent(''));
  if (text.trim() === LOCK_REASON) await rm(join(gitDir, 'locked'), { force: true });
}

/** The administrative folders of a repository, with the work tree that each names. */
export async function administrativeFolders(commonDir: string): Promise<{ gitDir: string; path: string }[]> {
  const folder = join(commonDir, 'worktrees');
  const ids = await readdir(folder).catch(ifAbsent([] as string[]));
  const found = await Promise.all(
    ids.map(async id => ({ gitDir: join(folder, id), path: await pointsTo(join(folder, id)) })),
  );
  return found.filter((entry): entry is { gitDir: string; path: string } => entry.path !== null);
}

/** Removes one administrative folder, as `git worktree prune` would; `worktrees/` too when it was the last. */
export async function removeAdministrativeFolder(gitDir: string): Promise<void> {
  await rm(gitDir, { recursive: true, force: true });
  await rmdir(dirname(gitDir)).catch(() => undefined);
}

/** For `catch`: an absent file (or a file in the place of a folder) is `value`, any other error is thrown on. */
export function ifAbsent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return error => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value;
    throw error;
  };
}
