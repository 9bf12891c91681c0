/** Copying between two work trees: over nothing that is there, through no symbolic link, and none that leads out. */
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  symlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bytes, isWithin, raw, saysOutside } from './bytes.js';

export interface Trees {
  /** Absolute roots, symbolic links resolved. */
  from: Bytes;
  to: Bytes;
}

export interface CopyResult {
  /** Files and symbolic links that were made. */
  made: number;
  /** What was left out because its target is not in the repository. */
  outside: Bytes[];
  /** What nobody may read, or went away meanwhile. */
  unreadable: Bytes[];
}

/** So many files of a directory at the same time: more only makes the daemon's own files wait. */
const AT_ONCE = 8;

/**
 * Copies `name` (a file, a link, or a directory with all in it; relative to both roots) with modes and times of change. What
 * exists is left as it is, directories are merged. Sockets and pipes are left out, and so is a directory with a `.git` file:
 * another work tree, whose repository would take the copy for it.
 * @throws an I/O error such as a full disk; what was copied so far stays
 */
export async function copyBetween(
  trees: Trees,
  name: Bytes,
  onProgress: (made: number) => void,
): Promise<CopyResult> {
  const result: CopyResult = { made: 0, outside: [], unreadable: [] };
  if (await makeParents(trees.to, name)) await copyEntry(trees, name, result, () => onProgress(result.made));
  return result;
}

/** Makes the directories above `name` in a work tree. Answers false when something else is in the way, or a link. */
export async function makeParents(root: Bytes, name: Bytes): Promise<boolean> {
  const folder = dirname(name);
  if (folder === '.') return true;
  if (!(await makeParents(root, folder))) return false;
  return (await makeDirectory(join(root, folder), 0o777)) !== 'in the way';
}

/** Does the target of the link at `name` lie outside of `root`, or does nobody know? Of one that is dangling, its words count. */
export async function leadsOut(root: Bytes, name: Bytes): Promise<boolean> {
  const path = join(root, name);
  if (saysOutside(root, name, await readlink(raw(path), 'latin1'))) return true;
  return realpath(raw(path), 'latin1').then(
    real => !isWithin(real, root),
    error => error.code !== 'ENOENT',
  );
}

async function copyEntry(trees: Trees, name: Bytes, result: CopyResult, tell: () => void): Promise<void> {
  const from = join(trees.from, name);
  try {
    const stats = await lstat(raw(from));
    if (stats.isDirectory()) await copyDirectory(trees, name, stats.mode, result, tell);
    else if (stats.isSymbolicLink()) await copyLink(trees, name, result);
    else if (stats.isFile()) {
      const to = raw(join(trees.to, name));
      await copyFile(raw(from), to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await utimes(to, stats.atime, stats.mtime);
      result.made++;
      tell();
    }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException & { path?: string | Buffer };
    if (code === 'EEXIST') return;
    const isSource = path !== undefined && isWithin(Buffer.from(path).toString('latin1'), trees.from);
    if (!isSource || !['EACCES', 'EPERM', 'ENOENT'].includes(code ?? '')) throw error;
    result.unreadable.push(name);
  }
}

async function copyDirectory(
  trees: Trees,
  name: Bytes,
  mode: number,
  result: CopyResult,
  tell: () => void,
): Promise<void> {
  const entries = await readdir(raw(join(trees.from, name)), { encoding: 'latin1', withFileTypes: true });
  if (entries.some(entry => entry.name === '.git' && !entry.isDirectory())) return;
  const to = join(trees.to, name);
  const made = await makeDirectory(to, mode | 0o700);
  if (made === 'in the way') return;
  const inside = entries.map(entry => ({ path: join(name, entry.name), isDirectory: entry.isDirectory() }));
  const files = inside.filter(entry => !entry.isDirectory);
  for (let at = 0; at < files.length; at += AT_ONCE)
    await Promise.all(files.slice(at, at + AT_ONCE).map(({ path }) => copyEntry(trees, path, result, tell)));
  for (const { path } of inside.filter(entry => entry.isDirectory))
    await copyEntry(trees, path, result, tell);
  if (made === 'made') await chmod(raw(to), mode & 0o7777);
}

async function copyLink(trees: Trees, name: Bytes, result: CopyResult): Promise<void> {
  if (await leadsOut(trees.from, name)) {
    result.outside.push(name);
    return;
  }
  await symlink(await readlink(raw(join(trees.from, name)), 'buffer'), raw(join(trees.to, name)));
  result.made++;
}

async function makeDirectory(path: Bytes, mode: number): Promise<'made' | 'there' | 'in the way'> {
  try {
    await mkdir(raw(path), { mode });
    return 'made';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await lstat(raw(path))).isDirectory() ? 'there' : 'in the way';
  }
}
