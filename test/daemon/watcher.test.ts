/** The watch on folders that agents write into, with the real file system. */
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Watcher } from '../../cli/daemon/inputs/watcher.js';
import { eventually } from '../helpers/wait.js';

/** A watcher, and a folder of its own. */
async function withWatcher(t: ExecutionContext) {
  const root = await mkdtemp(join(tmpdir(), 'a-watch-'));
  const watcher = new Watcher(error => t.fail(String(error)));
  t.teardown(async () => {
    await watcher.close();
    await rm(root, { recursive: true });
  });
  return { root, watcher };
}

/** Writes until the watch has told of this file by its name: before, it may not have begun. */
const isTold = (hints: (string | null)[], folder: string, name: string) =>
  eventually(
    async () => {
      await appendFile(join(folder, name), 'x');
      return hints;
    },
    names => names.includes(name),
  );

for (const [how, above] of [
  ['in a folder that is there', ''],
  ['with all above it', 'not/there'],
] as const)
  test(`a folder that is made later, ${how}, is watched from then on`, async t => {
    const { root, watcher } = await withWatcher(t);
    const folder = join(root, above, 'of this one');
    const hints: (string | null)[] = [];
    const beside: (string | null)[] = [];
    const unwatch = watcher.watch(folder, file => hints.push(file));
    watcher.watch(root, file => beside.push(file));
    await isTold(beside, root, 'other');
    t.deepEqual(hints, []);
    await mkdir(folder, { recursive: true });
    await isTold(hints, folder, 'one');
    t.is(hints[0], null, 'what was written before the watch began is looked for');

    unwatch();
    const before = hints.length;
    beside.length = 0;
    watcher.watch(folder, file => beside.push(file));
    await isTold(beside, folder, 'two');
    t.is(hints.length, before);
  });

test('a watch that ends before its folder is there tells nothing of it', async t => {
  const { root, watcher } = await withWatcher(t);
  const folder = join(root, 'later');
  const hints: (string | null)[] = [];
  const beside: (string | null)[] = [];
  watcher.watch(folder, file => hints.push(file))();
  await mkdir(folder);
  watcher.watch(folder, file => beside.push(file));
  await isTold(beside, folder, 'one');
  t.deepEqual(hints, []);
});

test('what is below a folder whose watch has ended can be watched', async t => {
  const { root, watcher } = await withWatcher(t);
  const folder = join(root, 'below');
  await mkdir(folder);
  const above: (string | null)[] = [];
  const unwatch = watcher.watch(root, file => above.push(file));
  await isTold(above, root, 'one');
  unwatch();
  const hints: (string | null)[] = [];
  watcher.watch(folder, file => hints.push(file));
  await isTold(hints, folder, 'two');
  t.pass();
});
