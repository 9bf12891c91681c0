/**
 * Who is the daemon of a home: exactly one process, however many start at once and however the last one died.
 *
 * `owner/<generation>` files, made by link(2), which fails if the name exists: the owner is the maker of the highest
 * generation. Whoever finds the highest one's process dead may make the next. A process that is dead stays dead, so two
 * contenders can only race for the same next number, and one of them wins. After making a file one must still hold the
 * highest: a slow contender may have made a number that had been cleaned up meanwhile. Lock files that are removed and
 * made again (pid files, O_EXCL) have no such answer to a slow contender.
 *
 * Several clients may start one at the same moment, and on a busy machine one of those comes seconds later: it was started
 * for one vacancy, and takes no other, or it would run after a person had ended the one that came first.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastGeneration } from '../domain/generation.js';

export interface OwnerClaim {
  pid: number;
  /** Tells the process from a later one with the same pid. */
  born: string;
}

export interface Contender {
  /** The folder of the claims, made if need be. */
  folder: string;
  self: OwnerClaim;
  isAlive: (claim: OwnerClaim) => boolean;
  /** The generation whose place this process was started to take; null: any. */
  vacancy: number | null;
}

/** Tries to become the owner: is it now? Not if another one lives, nor if the vacancy was filled and that owner has left. */
export function claimOwnership({ folder, self, isAlive, vacancy }: Contender): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return withDraft(folder, self, draft => {
    for (;;) {
      const highest = lastGeneration(readdirSync(folder));
      const holder = highest === 0 ? null : readClaim(path.join(folder, String(highest)));
      if (holder && isAlive(holder)) return false;
      if (vacancy !== null && highest !== vacancy) return false;
      if (isTaken(folder, draft, highest + 1)) return true;
    }
  });
}

/**
 * The owner says that it ends on purpose, by taking the next generation as well: whoever was started to take the place of
 * the one before is not wanted any more.
 */
export function leaveOwnership(folder: string, self: OwnerClaim): void {
  withDraft(folder, self, draft => isTaken(folder, draft, lastGeneration(readdirSync(folder)) + 1));
}

/** Calls `use` with a file that holds the claim, to be linked to its name. */
function withDraft<T>(folder: string, self: OwnerClaim, use: (draft: string) => T): T {
  const draft = path.join(folder, `draft-${self.pid}`);
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    return use(draft);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Makes the claim of this generation: is it the highest? Then those before it are removed. */
function isTaken(folder: string, draft: string, generation: number): boolean {
  const claim = path.join(folder, String(generation));
  try {
    linkSync(draft, claim);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const names = readdirSync(folder);
  if (lastGeneration(names) !== generation) {
    rmSync(claim, { force: true });
    return false;
  }
  for (const name of names) if (Number(name) < generation) rmSync(path.join(folder, name), { force: true });
  return true;
}

function readClaim(file: string): OwnerClaim | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OwnerClaim;
  } catch {
    // Cleaned up in this moment by a newer owner: the next look at the folder tells.
    return null;
  }
}
