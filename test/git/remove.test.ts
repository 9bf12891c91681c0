import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import test from 'ava';
import { findLosses } from '../../cli/git/inspect.js';
import {
  finishRemoval,
  forgetGone,
  inspectSetAside,
  isOurs,
  putBack,
  recoverSetAside,
  setAside,
} from '../../cli/git/remove.js';
import { INIT, type World, withWorld } from './world.js';

const ours = (world: World, path: string) => isOurs(world.git, path, world.worktreesFolder);

/** As git sees it: the work trees, without the main one. */
async function listed(world: World): Promise<string> {
  return world.sh(
    world.repo,
    'git worktree list --porcelain | sed -n "s/^worktree //p; /^prunable/p; /^locked/p" | tail -n +2',
  );
}

test('a worktree that actor made is ours', async t => {
  const world = await withWorld(t);
  t.like(await ours(world, await world.worktree()), { ours: true });
});

const foreign: [what: string, script: string, reason: RegExp][] = [
  ['a plain directory in the folder', 'mkdir x; echo "$PWD/x"', /has no \.git file/],
  ['a clone in the folder', 'git clone --quiet "$REPO" x; echo "$PWD/x"', /a repository of its own/],
  ['the main work tree', 'echo "$REPO"', /is not in/],
  [
    'a worktree elsewhere',
    'git -C "$REPO" worktree add --quiet -b e "$REPO/../e"; echo "$REPO/../e"',
    /is not in/,
  ],
  [
    'a worktree deeper in the folder',
    'git -C "$REPO" worktree add --quiet -b e "$PWD/d/e"; echo "$PWD/d/e"',
    /is not in/,
  ],
  ['a symbolic link to a worktree of ours', 'ln -s fix x; echo "$PWD/x"', /is a symbolic link/],
  ['a symbolic link to a directory elsewhere', 'ln -s "$REPO" x; echo "$PWD/x"', /is a symbolic link/],
  ['a copy of a worktree', 'cp -r fix x; echo "$PWD/x"', /does not list/],
  ['a path with dots that leads out', 'echo "$PWD/../worktrees/../../repo"', /is not in/],
  ['the folder itself', 'echo "$PWD"', /is not in/],
  ['a file', 'touch x; echo "$PWD/x"', /is not a directory/],
  ['a submodule', 'echo "$PWD/fix/lib"', /is not in/],
];

for (const [what, script, reason] of foreign)
  test(`${what} is not ours`, async t => {
    const world = await withWorld(t);
    if (what === 'a submodule') await world.addSubmodules();
    const fix = await world.worktree();
    if (what === 'a submodule') await world.sh(fix, INIT);
    const path = await world.sh(world.worktreesFolder, `REPO='${world.repo}'; ${script}`);
    const answer = await ours(world, path);
    if (answer.ours) return t.fail('taken for ours');
    t.regex(answer.reason, reason);
    t.false(answer.gone);
  });

test('a worktree that is gone is not ours, and said to be gone', async t => {
  const world = await withWorld(t);
  t.like(await ours(world, join(world.worktreesFolder, 'nope')), { ours: false, gone: true });
});

test('a worktree with a broken link is ours where it was made for a repository', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'rm .git');
  t.like(await ours(world, path), { ours: false, gone: false });
  t.like(await isOurs(world.git, path, world.worktreesFolder, world.repo), { ours: true, link: null });
});

test('ours is known through a symbolic link above the folder', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await symlink(world.arena.actorHome, join(world.arena.root, 'link'));
  t.like(await isOurs(world.git, path, join(world.arena.root, 'link/worktrees')), { ours: true });
});

test('set aside, the old path is free, and git works and finds the same at the new one', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'echo x > x; git add x; echo y >> app.txt; echo z > z');
  const before = await findLosses(world.git, path);
  const hidden = await setAside(path);
  t.false(existsSync(path));
  t.regex(basename(hidden), /^\.leaving-fix-/);
  t.is(dirname(hidden), dirname(path));
  t.deepEqual(await inspectSetAside(world.git, hidden), before);
  t.is(await world.sh(hidden, 'git symbolic-ref --short HEAD'), 'fix');
});

test('set aside, submodules are looked into as before', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  const path = await world.worktree();
  await world.sh(path, `${INIT}; echo x > lib/deep/x; git -C lib commit --quiet --allow-empty --message Own`);
  const before = await findLosses(world.git, path);
  t.deepEqual(
    before.map(loss => loss.kind),
    ['submodule-changes', 'submodule-commits'],
  );
  t.deepEqual(await inspectSetAside(world.git, await setAside(path)), before);
});

test('set aside, nobody can prune its administrative folder', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  const hidden = await setAside(path);
  await rename(hidden, `${hidden}-moved`);
  await world.sh(world.repo, 'git worktree prune --expire now');
  await rename(`${hidden}-moved`, hidden);
  t.is(await world.sh(hidden, 'git status --porcelain'), '');
});

test('a file written between the two looks is found by the second', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  t.deepEqual(await findLosses(world.git, path), []);
  await writeFile(join(path, 'late'), 'x');
  const losses = await inspectSetAside(world.git, await setAside(path));
  t.deepEqual(
    losses.map(loss => loss.examples),
    [['late']],
  );
});

test('a file written through a directory that was open before is found by the second look', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  const hidden = await setAside(path);
  await writeFile(join(hidden, 'late'), 'x');
  t.deepEqual(
    (await inspectSetAside(world.git, hidden)).map(loss => loss.kind),
    ['untracked'],
  );
});

test('a directory that appears at the old path is found by the second look', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  const hidden = await setAside(path);
  await mkdir(path);
  await writeFile(join(path, 'stray'), 'x');
  t.deepEqual(
    (await inspectSetAside(world.git, hidden)).map(loss => loss.examples),
    [['stray']],
  );
});

test('work in a nested worktree is found by the second look as well', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(
    path,
    'echo /inner > "$(git rev-parse --git-common-dir)/info/exclude"; git worktree add --quiet -b inner inner; echo x > inner/x',
  );
  t.deepEqual(
    (await inspectSetAside(world.git, await setAside(path))).map(loss => loss.examples),
    [['inner: x']],
  );
});

test('put back, everything is as it was', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  const path = await world.worktree();
  await world.sh(path, `${INIT}; echo x > x; git add x; echo y > lib/y`);
  const before = [await findLosses(world.git, path), await listed(world), await world.sh(path, 'git status')];
  t.deepEqual(await putBack(await setAside(path)), { path, stray: null });
  t.deepEqual(
    [await findLosses(world.git, path), await listed(world), await world.sh(path, 'git status')],
    before,
  );
  t.like(await ours(world, path), { ours: true });
});

test("put back, a lock of the user's is still there", async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(world.repo, `git worktree lock --reason mine "${path}"`);
  await putBack(await setAside(path));
  t.is(await world.sh(world.repo, 'cat .git/worktrees/fix/locked'), 'mine');
});

test('put back, what has appeared at the path meanwhile is kept beside it', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  const hidden = await setAside(path);
  await mkdir(path);
  await writeFile(join(path, 'stray'), 'x');
  const { stray } = await putBack(hidden);
  t.is(await readFile(join(stray ?? '', 'stray'), 'utf8'), 'x');
  t.true(existsSync(join(path, 'app.txt')));
});

test('a relative link stays relative and true', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(
    path,
    'echo "gitdir: ../../../repo/.git/worktrees/fix" > .git; echo ../../../../actor/worktrees/fix/.git > ../../../repo/.git/worktrees/fix/gitdir',
  );
  await putBack(await setAside(path));
  t.is(
    await readFile(join(world.repo, '.git/worktrees/fix/gitdir'), 'utf8'),
    '../../../../actor/worktrees/fix/.git\n',
  );
  t.is(await world.sh(path, 'git status --porcelain'), '');
});

test('removed: directory and administrative folder are gone, the branch stays and is free', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  const path = await world.worktree();
  await world.sh(path, `${INIT}; git commit --quiet --allow-empty --message Kept`);
  await finishRemoval(await setAside(path));
  t.deepEqual(await readdir(world.worktreesFolder), []);
  t.is(await listed(world), '');
  t.false(existsSync(join(world.repo, '.git/worktrees')));
  t.is(await world.sh(world.repo, 'git log -1 --format=%s fix; git checkout --quiet fix'), 'Kept');
});

test('removed: the other worktrees stay as they were', async t => {
  const world = await withWorld(t);
  const other = await world.worktree('other');
  await finishRemoval(await setAside(await world.worktree('fix')));
  t.is(await listed(world), other);
  t.is(await world.sh(other, 'git status --porcelain'), '');
});

test('removed: what a symbolic link in it led to stays', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await symlink(world.repo, join(path, 'node_modules'));
  await finishRemoval(await setAside(path));
  t.true(existsSync(join(world.repo, 'app.txt')));
});

test('a directory without write permission is removed too', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'mkdir -p cache/a; touch cache/a/x; chmod -R a-w cache');
  await finishRemoval(await setAside(path));
  t.deepEqual(await readdir(world.worktreesFolder), []);
});

test('only what was set aside can be removed', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await t.throwsAsync(finishRemoval(path), { message: /was not set aside/ });
  await t.throwsAsync(setAside(world.repo), { message: /is not a worktree/ });
  t.true(existsSync(path));
});

const recover = (world: World) => recoverSetAside(world.worktreesFolder);

/** What a crash leaves at each point of a removal, from the first step on, and what becomes of the work tree. */
const crashes: [point: string, (world: World, path: string) => Promise<unknown>, back: boolean][] = [
  [
    'after the lock',
    ({ sh, repo }) => sh(repo, 'echo "actor: being removed" > .git/worktrees/fix/locked'),
    true,
  ],
  [
    'after the rename',
    async ({ sh, repo }, path) => {
      await sh(repo, 'echo "actor: being removed" > .git/worktrees/fix/locked');
      await rename(path, join(dirname(path), '.leaving-fix-0123456789ab'));
    },
    true,
  ],
  ['when it was set aside', (_, path) => setAside(path), true],
  ['while it was put back', async (_, path) => rename(await setAside(path), path), true],
  [
    'after the decision',
    async (_, path) => {
      const hidden = await setAside(path);
      await rename(hidden, hidden.replace('.leaving-', '.removing-'));
    },
    false,
  ],
  [
    'in the middle of the administrative folder',
    async ({ sh, repo }, path) => {
      const hidden = await setAside(path);
      await rename(hidden, hidden.replace('.leaving-', '.removing-'));
      await sh(repo, 'rm .git/worktrees/fix/gitdir .git/worktrees/fix/index');
    },
    false,
  ],
  [
    'in the middle of the directory',
    async ({ sh, repo }, path) => {
      const hidden = await setAside(path);
      await rename(hidden, hidden.replace('.leaving-', '.removing-'));
      await sh(repo, `rm -r .git/worktrees; rm "${hidden.replace('.leaving-', '.removing-')}/.git"`);
    },
    false,
  ],
];

for (const [point, crash, back] of crashes)
  test(`a crash ${point}: the worktree is ${back ? 'back' : 'removed'}`, async t => {
    const world = await withWorld(t);
    const path = await world.worktree();
    await writeFile(join(path, 'app.txt'), 'changed');
    await crash(world, path);
    await recover(world);
    t.deepEqual(await readdir(world.worktreesFolder), back ? ['fix'] : []);
    t.is(await listed(world), back ? path : '');
    if (back) t.deepEqual(await world.kinds(path), ['unstaged']);
    t.deepEqual(await recover(world), { putBack: [], removed: [], strays: [] });
  });

test("a removal that is carried on spares another worktree that has the folder's id by now", async t => {
  const world = await withWorld(t);
  const hidden = await setAside(await world.worktree());
  const removing = hidden.replace('.leaving-', '.removing-');
  await rename(hidden, removing);
  await world.sh(world.repo, 'rm -r .git/worktrees/fix');
  const again = await world.worktree();
  t.is(await readFile(join(removing, '.git'), 'utf8'), await readFile(join(again, '.git'), 'utf8'));
  await recover(world);
  t.is(await world.sh(again, 'git status --porcelain --branch'), '## fix');
  t.false(existsSync(removing));
});

test('recovery leaves what it did not make', async t => {
  const world = await withWorld(t);
  await world.worktree();
  await mkdir(join(world.worktreesFolder, '.leaving-something'));
  await mkdir(join(world.worktreesFolder, 'plain'));
  await symlink(world.repo, join(world.worktreesFolder, '.removing-fix-0123456789ab'));
  await recover(world);
  t.deepEqual((await readdir(world.worktreesFolder)).sort(), [
    '.leaving-something',
    '.removing-fix-0123456789ab',
    'fix',
    'plain',
  ]);
  t.true(existsSync(join(world.repo, 'app.txt')));
});

test('the administrative folder of a worktree that was deleted by hand is removed, and no other', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  const other = await world.worktree('other');
  await world.sh(world.repo, `rm -rf "${path}" "${other}"`);
  t.true(await forgetGone(world.git, world.repo, path));
  t.deepEqual(await readdir(join(world.repo, '.git/worktrees')), ['other']);
});

test('the administrative folder of a deleted worktree stays while it holds commits', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  await world.sh(path, 'git checkout --quiet --detach; git commit --quiet --allow-empty --message Lost');
  await world.sh(world.repo, `rm -rf "${path}"`);
  t.false(await forgetGone(world.git, world.repo, path));
  t.deepEqual(await readdir(join(world.repo, '.git/worktrees')), ['fix']);
});

test('a worktree that is still there is not forgotten', async t => {
  const world = await withWorld(t);
  const path = await world.worktree();
  t.false(await forgetGone(world.git, world.repo, path));
  t.is(await listed(world), path);
});
