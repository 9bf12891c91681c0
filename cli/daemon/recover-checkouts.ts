/** At the start of a daemon: worktrees that were being made or removed when the last one died. */
import { Git } from '../git/git.js';
import { sweepHalfMade } from '../git/half-made.js';
import { recoverSetAside } from '../git/remove.js';
import { emptyOldTrash, finishTrash } from '../git/trash.js';
import type { Daemon } from './context.js';
import { ownEnvironment } from './environment.js';

/** Completes the removals that were decided, and takes back all else. What cannot be done is told in the log, and keeps no daemon from starting. */
export async function recoverCheckouts(daemon: Daemon): Promise<void> {
  const { places, ledger, log } = daemon;
  const git = new Git(ownEnvironment());
  const owned = new Set([...ledger.world.sessions.values()].map(session => session.definition.dir));
  try {
    for (const entry of await finishTrash(places.trash)) log(`moved to the trash: ${entry}`);
    const { putBack, removed, strays } = await recoverSetAside(places.worktrees);
    for (const path of putBack) log(`put back: ${path}`);
    for (const path of removed) log(`removed: ${path}`);
    for (const path of strays) log(`found something in its place: ${path}`);
    const swept = await sweepHalfMade(git, {
      worktreesFolder: places.worktrees,
      trashFolder: places.trash,
      isKept: path => owned.has(path),
    });
    for (const { path, became } of swept) log(`half made, ${became}: ${path}`);
  } catch (error) {
    log('worktrees under way', error);
  }
  // Nobody waits for it.
  void emptyOldTrash(git, places.trash).catch(error => log('trash', error));
}
