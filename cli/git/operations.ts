/** Operations that git has begun in a work tree and not ended, by the files that git keeps of them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent } from './link.js';

export type Operation = 'rebase' | 'am' | 'merge' | 'cherry-pick' | 'revert' | 'bisect';

/** What is in progress in the work tree whose own folder is `gitDir`. A rebase hides the cherry-pick that it is made of. */
export async function operationsInProgress(gitDir: string): Promise<Operation[]> {
  const names = new Set(await readdir(gitDir).catch(ifAbsent([] as string[])));
  const found = new Set<Operation>();
  if (names.has('rebase-merge')) found.add('rebase');
  if (names.has('rebase-apply')) {
    const files = await readdir(join(gitDir, 'rebase-apply')).catch(ifAbsent([] as string[]));
    found.add(files.includes('applying') ? 'am' : 'rebase');
  }
  if (names.has('MERGE_HEAD') && !found.has('rebase')) found.add('merge');
  if (!found.has('rebase')) {
    if (names.has('CHERRY_PICK_HEAD')) found.add('cherry-pick');
    if (names.has('REVERT_HEAD')) found.add('revert');
    if (names.has('sequencer')) found.add(await sequenced(gitDir));
  }
  if (names.has('BISECT_LOG')) found.add('bisect');
  return [...found];
}

/** Between two picks of a series only the list of what is left tells. */
async function sequenced(gitDir: string): Promise<Operation> {
  const todo = await readFile(join(gitDir, 'sequencer', 'todo'), 'utf8').catch(ifAbsent(''));
  return /^revert /m.test(todo) ? 'revert' : 'cherry-pick';
}
