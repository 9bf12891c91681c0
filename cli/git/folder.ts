/**
 * Directories held open. What is done in one is done in that very directory, whatever a path leads to by then: an agent that
 * works in the same tree may put a symbolic link in its place at any moment.
 */
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, raw } from './bytes.js';

export interface Folder {
  fd: number;
  /** What its entries are reached by. */
  path: Bytes;
}

/** Linux leads from here to what a descriptor has open (proc(5)); elsewhere the path itself has to do. */
export const DESCRIPTORS = existsSync('/proc/self/fd') ? '/proc/self/fd' : null;

/** Opens a directory, and no symbolic link to one; null when something else stands there. @throws any other I/O error */
export function openFolder(path: Bytes): Folder | null {
  try {
    const fd = openSync(raw(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    return { fd, path: DESCRIPTORS === null ? path : `${DESCRIPTORS}/${fd}` };
  } catch (error) {
    if (['ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Does something in an open directory, and closes it. */
export function inFolder<Result>(folder: Folder, act: (folder: Folder) => Result): Result {
  try {
    return act(folder);
  } finally {
    closeSync(folder.fd);
  }
}

/**
 * Opens the directory `name` (relative; `.` for the root itself) below `root`, an absolute path without symbolic links. Null
 * when a link or something else than a directory stands on the way. @throws any other I/O error, ENOENT too
 */
export function openBelow(root: Bytes, name: Bytes): Folder | null {
  let opened = openFolder(root);
  for (const each of name === '.' ? [] : name.split('/')) {
    if (opened === null) return null;
    opened = inFolder(opened, folder => openFolder(join(folder.path, each)));
  }
  return opened;
}

/** The same; what is not there is made. */
export function makeBelow(root: Bytes, name: Bytes): Folder | null {
  let opened = openFolder(root);
  for (const each of name === '.' ? [] : name.split('/')) {
    if (opened === null) return null;
    opened = inFolder(opened, folder => {
      const path = join(folder.path, each);
      makeFolder(path, 0o777);
      return openFolder(path);
    });
  }
  return opened;
}

/** Answers whether it was made here; false: something stands there. */
export function makeFolder(path: Bytes, mode: number): boolean {
  try {
    mkdirSync(raw(path), { mode });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
