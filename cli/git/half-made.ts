/** Creations that a crash cut off, by their markers; for the start of the daemon. */
import type { Git } from './git.js';
import { findLosses } from './inspect.js';
import { readLink } from './link.js';
import { endMaking, type Making, readMakings } from './making.js';
import { setAside } from './remove.js';
import { moveToTrash } from './trash.js';
import { undoCreate } from './worktree.js';

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
 * has worked in it. A directory that was complete is looked into first.
 */
export async function sweepHalfMade(git: Git, places: SweepPlaces): Promise<Swept[]> {
  const swept: Swept[] = [];
  for (const making of await readMakings(places.worktreesFolder))
    swept.push(await sweep(git, making, places));
  return swept;
}

async function sweep(git: Git, making: Making, { trashFolder, isKept }: SweepPlaces): Promise<Swept> {
  const { path } = making;
  if (isKept(path)) {
    await endMaking(path);
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
