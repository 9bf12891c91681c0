import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { moveTree } from '../../cli/git/files.js';
import { findLosses } from '../../cli/git/inspect.js';
import { recoverSetAside, setAside } from '../../cli/git/remove.js';
import { emptyOldTrash, finishTrash, moveToTrash } from '../../cli/git/trash.js';
import { INIT, type World, withWorld } from './world.js';

const DAY = 24 * 60 * 60 * 1000;

const discard = async (world: World, path: string, now?: Date) =>
  moveToTrash(world.git, await setAside(path), world.trashFolder, now);

const heldReferences = (world: World) =>
  world.sh(world.repo, 'git for-each-ref --format="%(refname)" refs/actor');

/** The commands of an entry's README, carried out. */
async function restore(world: World, entry: string): Promise<void> {
  const readme = await readFile(join(entry, 'README.md'), 'utf8');
  const commands = readme.split('\n').filter(line => line.startsWith('    '));
  await world.sh(world.arena.home, commands.join('\n'));
}

test('what was discarded is in the trash, as it was', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await writeFile(join(path, 'untracked'), 'mine');
  const entry = await discard(world, path);
  t.is(await readFile(join(entry, 'worktree/untracked'), 'utf8'), 'mine');
  t.regex(await readFile(join(entry, 'README.md'), 'utf8'), /on branch fix, at commit [0-9a-f]{40}/);
});

test('the repository is free of it, and the branch is kept', async t => {
  const world = await withWorld(t);
  await discard(world, await world.worktree());
  t.is(await world.sh(world.repo, 'git worktree list | wc -l'), '1');
  t.is(await world.sh(world.repo, 'git checkout --quiet fix; git symbolic-ref --short HEAD'), 'fix');
  t.deepEqual(await readdir(world.worktreesFolder), []);
});

const restored: [what: string, script: string][] = [
  ['staged, unstaged and untracked changes', 'echo s > s; git add s; echo u >> app.txt; echo n > n'],
  ['a commit on no branch', 'git checkout --quiet --detach; git commit --quiet --allow-empty --message Lost'],
  [
    'a rebase with conflicts',
    'git checkout --quiet -b o; echo o > app.txt; git commit --quiet -am O; git checkout --quiet fix; echo f > app.txt; git commit --quiet -am F; git rebase o || true',
  ],
  ['a private reference', 'git update-ref refs/worktree/mine "$(git commit-tree -m W HEAD^{tree})"'],
  [
    'submodules with changes, commits and a stash',
    `${INIT}; cd lib; git commit --quiet --allow-empty --message Own; echo x >> lib.txt; git stash --quiet; echo y > y`,
  ],
];

for (const [what, script] of restored)
  test(`the README's commands bring back: ${what}`, async t => {
    const world = await withWorld(t);
    if (script.includes(INIT)) await world.addSubmodules();
    const path = await world.worktree();
    await world.sh(path, script);
    const before = await findLosses(world.git, path);
    const entry = await discard(world, path);
    await world.sh(
      world.repo,
      'git -c gc.reflogExpire=now -c gc.reflogExpireUnreachable=now gc --quiet --prune=now',
    );
    await restore(world, entry);
    const marks = (await findLosses(world.git, path)).map(({ kind, mark }) => `${kind} ${mark}`);
    t.deepEqual(
      marks,
      before.map(({ kind, mark }) => `${kind} ${mark}`),
    );
    t.is(
      await world.sh(world.repo, 'git worktree list --porcelain | grep -c -e prunable -e locked || true'),
      '0',
    );
    await world.sh(path, 'git fsck --no-progress');
  });

test('what is only staged survives a gc', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'echo staged > s; git add s; echo other > s');
  const entry = await discard(world, path);
  await world.sh(world.repo, 'git gc --quiet --prune=now');
  await restore(world, entry);
  t.is(await world.sh(path, 'git show :s'), 'staged');
});

test('a worktree with a broken link can be kept in the trash', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'rm .git; echo mine > mine');
  const entry = await discard(world, path);
  t.is(await readFile(join(entry, 'worktree/mine'), 'utf8'), 'mine\n');
  t.false(existsSync(path));
});

test('the trash is private', async t => {
  const world = await withWorld(t);
  const entry = await discard(world, await world.worktree());
  t.is((await stat(entry)).mode & 0o777, 0o700);
});

test('an entry goes after seven days, with what the repository held for it', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'git checkout --quiet --detach; git commit --quiet --allow-empty --message Lost');
  const start = new Date('2026-01-01T00:00:00Z');
  const entry = await discard(world, path, start);
  t.not(await heldReferences(world), '');
  t.deepEqual(
    await emptyOldTrash(world.git, world.trashFolder, 7, new Date(start.getTime() + 7 * DAY - 1)),
    [],
  );
  t.true(existsSync(entry));
  t.deepEqual(await emptyOldTrash(world.git, world.trashFolder, 7, new Date(start.getTime() + 7 * DAY)), [
    entry,
  ]);
  t.deepEqual(await readdir(world.trashFolder), []);
  t.is(await heldReferences(world), '');
});

test('an old entry goes even when its repository is gone', async t => {
  const world = await withWorld(t);
  const entry = await discard(world, await world.worktree(), new Date(0));
  await rm(world.repo, { recursive: true });
  t.deepEqual(await emptyOldTrash(world.git, world.trashFolder), [entry]);
});

test('emptying leaves what is no entry of ours', async t => {
  const world = await withWorld(t);
  await mkdir(join(world.trashFolder, 'mine'), { recursive: true });
  await mkdir(join(world.trashFolder, 'torn'));
  await writeFile(join(world.trashFolder, 'torn/trash.json'), '{"path": "/');
  t.deepEqual(await emptyOldTrash(world.git, world.trashFolder, 0), []);
  t.deepEqual((await readdir(world.trashFolder)).sort(), ['mine', 'torn']);
});

test('a crash before the decision leads back', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await setAside(path);
  await mkdir(join(world.trashFolder, 'fix-20260101T000000Z-00000000'), { recursive: true });
  t.deepEqual(await finishTrash(world.trashFolder), []);
  t.deepEqual((await recoverSetAside(world.worktreesFolder)).putBack, [path]);
});

/** Undoes the last steps of a move, as if a crash had come before them. */
const crashes: [point: string, undo: (world: World, entry: string, hidden: string) => Promise<void>][] = [
  [
    'before anything was moved',
    async (world, entry, hidden) => {
      await rename(join(entry, 'worktree'), hidden);
      await mkdir(join(world.repo, '.git/worktrees'), { recursive: true });
      await rename(join(entry, 'git'), join(world.repo, '.git/worktrees/fix'));
    },
  ],
  [
    'after the administrative folder was moved',
    (_, entry, hidden) => rename(join(entry, 'worktree'), hidden),
  ],
  ['before the last word', async () => undefined],
];

for (const [point, undo] of crashes)
  test(`a crash ${point} leads on`, async t => {
    const world = await withWorld(t);
    const path = await world.worktree();
    await writeFile(join(path, 'untracked'), 'mine');
    const hidden = await setAside(path);
    const entry = await moveToTrash(world.git, hidden, world.trashFolder);
    const record = join(entry, 'trash.json');
    await writeFile(record, (await readFile(record, 'utf8')).replace('"done": true', '"done": false'));
    await undo(world, entry, hidden);
    t.deepEqual(await finishTrash(world.trashFolder), [entry]);
    t.deepEqual((await recoverSetAside(world.worktreesFolder)).putBack, []);
    t.deepEqual(await readdir(world.worktreesFolder), []);
    await restore(world, entry);
    t.deepEqual(await world.kinds(path), ['untracked']);
    t.deepEqual(await finishTrash(world.trashFolder), []);
  });

test('a directory moves to another file system whole', async t => {
  const world = await withWorld(t);
  const other = existsSync('/dev/shm') ? await mkdtemp('/dev/shm/a-') : null;
  if (other === null || (await stat(other)).dev === (await stat(world.arena.root)).dev)
    return t.pass('there is no other file system here');
  t.teardown(() => rm(other, { recursive: true, force: true }));
  const from = join(world.arena.root, 'from');
  await world.sh(
    world.arena.root,
    'mkdir -p from/d; echo x > from/d/x; chmod 700 from/d/x; ln -s d/x from/link; ln -s /nonexistent from/dangling; mkfifo from/pipe; touch -d 2001-01-01 from/d/x',
  );
  const to = join(other, 'to');
  await mkdir(`${to}.partial`);
  await moveTree(from, to);
  t.false(existsSync(from));
  t.is(
    await world.sh(to, 'cat link; readlink link dangling; stat -c "%a %Y" d/x; ls'),
    'x\nd/x\n/nonexistent\n700 978307200\nd\ndangling\nlink',
  );
});
