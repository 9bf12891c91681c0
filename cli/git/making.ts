/**
 * The creation of a work tree on record: a marker `.making-<name>.json` beside the future directory, from before the first act
 * until somebody owns the work tree. One that is found at the start of the daemon is a creation that a crash cut off.
 */
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { ifAbsent } from './link.js';

/** What taking it back needs to know. */
export interface Making {
  repo: string;
  path: string;
  branch: string;
  /** The branch was made for it, at this commit; null: it existed. */
  branchCreatedAt: string | null;
  /** All was there, hooks of the user's may have run since. */
  made: boolean;
}

/** Where the creation of the work tree at `path` is on record. */
export function markerPath(path: string): string {
  return join(dirname(path), `.making-${basename(path)}.json`);
}

/** Puts it on record. @throws Failure when the same work tree is being made already */
export async function beginMaking(making: Making): Promise<void> {
  const file = markerPath(making.path);
  // Whole or not at all: an empty marker, left by a full disk or a death, would be in the way of this name for ever.
  await draft(making, temporary => link(temporary, file)).catch(error => {
    if (error.code === 'EEXIST') throw new Failure(1, `${making.path} is being made already`);
    throw error;
  });
}

/** Puts on record how far it is. */
export async function changeMaking(making: Making): Promise<void> {
  await draft(making, temporary => rename(temporary, markerPath(making.path)));
}

/** It is done, or taken back. */
export async function endMaking(path: string): Promise<void> {
  await rm(markerPath(path), { force: true });
}

/** All that are on record in this folder. A marker that cannot be read is left, with all it names. */
export async function readMakings(folder: string): Promise<Making[]> {
  const names = await readdir(folder).catch(ifAbsent([] as string[]));
  const markers = names.filter(name => /^\.making-.+\.json$/.test(name));
  const makings = await Promise.all(markers.map(name => readMarker(join(folder, name))));
  return makings.filter(making => making !== null);
}

async function draft(making: Making, place: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${markerPath(making.path)}.new`;
  try {
    await writeFile(temporary, `${JSON.stringify(making, null, 2)}\n`, { mode: 0o600 });
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Only a marker whose directory stands right beside it is believed. */
async function readMarker(file: string): Promise<Making | null> {
  try {
    const making = JSON.parse(await readFile(file, 'utf8')) as Making;
    return typeof making.repo === 'string' && markerPath(making.path) === file ? making : null;
  } catch {
    return null;
  }
}
