/**
 * Who is the daemon of a home: exactly one process, however many start at once and however the last one died.
 *
 * `owner/<generation>` files, made by link(2), which fails if the name exists: the owner is the maker of the highest
 * generation. Whoever finds the highest one's process dead may make the next. A process that is dead stays dead, so two
 * contenders can only race for the same next number, and one of them wins. After making a file one must still hold the
 * highest: a slow contender may have made a number that had been cleaned up meanwhile. Lock files that are removed and
 * made again (pid files, O_EXCL) have no such answer to a slow contender.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface OwnerClaim {
  pid: number;
  /** Tells the process from a later one with the same pid. */
  born: string;
}

/**
 * Tries to become the owner of `folder` (made if need be).
 * @returns null on success, else the claim of the process that is.
 */
export function claimOwnership(
  folder: string,
  self: OwnerClaim,
  isAlive: (claim: OwnerClaim) => boolean,
): OwnerClaim | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = path.join(folder, `draft-${self.pid}`);
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    for (;;) {
      const highest = generations(folder).at(-1) ?? 0;
      const holder = highest === 0 ? null : readClaim(path.join(folder, String(highest)));
      if (holder && isAlive(holder)) return holder;
      const next = highest + 1;
      try {
        linkSync(draft, path.join(folder, String(next)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      const all = generations(folder);
      if (all.at(-1) !== next) {
        rmSync(path.join(folder, String(next)), { force: true });
        continue;
      }
      for (const old of all) if (old < next) rmSync(path.join(folder, String(old)), { force: true });
      return null;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function generations(folder: string): number[] {
  return readdirSync(folder)
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function readClaim(file: string): OwnerClaim | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OwnerClaim;
  } catch {
    // Cleaned up in this moment by a newer owner: the next look at the folder tells.
    return null;
  }
}
