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
import { birthOf } from './alive.js';
import type { Leaving } from './protocol.js';

interface Claim {
  pid: number;
  /** Tells the process from a later one with the same pid. */
  born: string;
  /** It ends, or ended, on purpose; null: it does not. */
  leaves: Leaving | null;
}

/** The last owner of a home; one that does not live any more has left a vacancy. */
export interface Owner {
  /** 0: there was none. */
  generation: number;
  isAlive: boolean;
  /** How it said that it would end; null: it did not, and was killed if it is not alive. */
  leaves: Leaving | null;
}

/** Who owns the home with this folder of claims, or was the last to do so. */
export function lastOwner(folder: string): Owner {
  const generation = last(names(folder));
  const claim = generation === 0 ? null : readClaim(path.join(folder, String(generation)));
  const isAlive = claim !== null && birthOf(claim.pid) === claim.born;
  return { generation, isAlive, leaves: claim ? claim.leaves : 'for good' };
}

/**
 * Tries to make this process the owner: is it now? Not if another one lives, nor if the `vacancy` for which it was started
 * (the generation before it, null: any) was filled meanwhile, and left. The folder is made if need be.
 */
export function claimOwnership(folder: string, vacancy: number | null): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return withDraft(folder, null, draft => {
    for (;;) {
      const { generation, isAlive } = lastOwner(folder);
      if (isAlive || (vacancy !== null && generation !== vacancy)) return false;
      if (isTaken(folder, draft, generation + 1)) return true;
    }
  });
}

/**
 * The owner says that it ends on purpose, by taking the next generation as well: whoever was started to take the place of
 * the one before is not wanted any more.
 */
export function leaveOwnership(folder: string, leaves: Leaving): void {
  withDraft(folder, leaves, draft => isTaken(folder, draft, lastOwner(folder).generation + 1));
}

/** Calls `use` with a file that holds this process's claim, to be linked to its name. */
function withDraft<T>(folder: string, leaves: Leaving | null, use: (draft: string) => T): T {
  const self: Claim = { pid: process.pid, born: birthOf(process.pid) ?? '', leaves };
  const draft = path.join(folder, `draft-${self.pid}`);
  try {
    writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
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
  const all = names(folder);
  if (last(all) !== generation) {
    rmSync(claim, { force: true });
    return false;
  }
  for (const name of all) if (Number(name) < generation) rmSync(path.join(folder, name), { force: true });
  return true;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function last(all: readonly string[]): number {
  return all.reduce((highest, name) => (/^\d+$/.test(name) ? Math.max(highest, Number(name)) : highest), 0);
}

function readClaim(file: string): Claim | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Claim;
  } catch {
    // Cleaned up in this moment by a newer owner: the next look at the folder tells.
    return null;
  }
}
