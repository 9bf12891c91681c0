/** Creations that a crash cut off, by their markers; for the start of the daemon. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from './git.js';
import { findLosses } from './inspect.js';
import { ifAbsent, readLink } from './link.js';
import { setAside } from './remove.js';
import { moveToTrash } from './trash.js';
import { type Making, markerPath, undoCreate } from './worktree.js';

export interface SweepPlaces {
  worktreesFolder: string;
  trashFolder: string;
  /** Does a saved session own this directory? Then only its marker is stale. */
  isKept: (path: string) => boolean;
}

export interface Swept {
  path: string;
  /** `removed` with its branch if it had no commit; `trashed`: there was something in it, kept for 7 days. */
  became: 'kept' | 'removed' | 'trashed';
  trash: string | null;
}

/**
 * Takes back every creation whose marker says that it was not finished. What was not finished is removed unseen: nobody
 * has worked in it. A directory that was complete is looked into first. A marker that cannot be read is left, with all it names.
 */
export async function sweepHalfMade(git: Git, places: SweepPlaces): Promise<Swept[]> {
  const swept: Swept[] = [];
  for (const name of await readdir(places.worktreesFolder).catch(ifAbsent([] as string[]))) {
    if (!/^\.making-.+\.json$/.test(name)) continue;
    const making = await readMarker(join(places.worktreesFolder, name));
    if (making === null) continue;
    swept.push(await sweep(git, making, places));
  }
  return swept;
}

async function sweep(git: Git, making: Making, { trashFolder, isKept }: SweepPlaces): Promise<Swept> {
  const { path } = making;
  if (isKept(path)) {
    await rm(markerPath(path), { force: true });
    return { path, became: 'kept', trash: null };
  }
  const used = making.made && (await isUsed(git, path));
  const trash = used ? await moveToTrash(git, await setAside(path), trashFolder) : null;
  await undoCreate(git, making);
  return { path, became: used ? 'trashed' : 'removed', trash };
}

async function isUsed(git: Git, path: string): Promise<boolean> {
  if ((await readLink(path)).state === 'gone') return false;
  return findLosses(git, path).then(
    losses => losses.length > 0,
    () => true,
  );
}

/** Only a marker whose directory stands right beside it is believed. */
async function readMarker(file: string): Promise<Making | null> {
  try {
    const making = JSON.parse(await readFile(file, 'utf8')) as Making;
    return typeof making.repo === 'string' &&
      markerPath(making.path) === file &&
      dirname(file) === dirname(making.path)
      ? making
      : null;
  } catch {
    return null;
  }
}
