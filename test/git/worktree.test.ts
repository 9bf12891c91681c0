import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Failure } from '../../cli/domain/failure.js';
import { nearNames } from '../../cli/git/base.js';
import { Git } from '../../cli/git/git.js';
import { sweepHalfMade } from '../../cli/git/half-made.js';
import { markerPath } from '../../cli/git/making.js';
import { createWorktree, keepCreated, undoCreate, type WorktreeRequest } from '../../cli/git/worktree.js';
import { eventually } from '../helpers/wait.js';
import { INIT, type World, withWorld } from './world.js';

function request(world: World, changes: Partial<WorktreeRequest> = {}): WorktreeRequest {
  const { repo, worktreesFolder } = world;
  return { repo, path: join(worktreesFolder, 'fix'), branch: 'fix', base: null, from: repo, ...changes };
}

/** Everything that a creation could leave: branches, administrative folders, files. */
async function traces(world: World) {
  return {
    branches: await world.sh(world.repo, 'git for-each-ref --format="%(refname)"'),
    folders: await world.sh(world.repo, 'ls .git/worktrees 2>/dev/null || true'),
    files: existsSync(world.worktreesFolder) ? await readdir(world.worktreesFolder) : [],
    settings: await readFile(join(world.repo, '.git/config'), 'utf8'),
  };
}

test('a new branch starts at the current branch, and says from which commit', async t => {
  const world = await withWorld(t);
  const made = await createWorktree(world.git, request(world));
  const commit = await world.sh(world.repo, 'git rev-parse HEAD');
  t.deepEqual(made.base, { ref: 'main', commit });
  t.is(made.branchCreatedAt, commit);
  t.is(made.notice, `branch fix from main (${commit.slice(0, 7)} Start)`);
  t.is(await world.sh(made.path, 'git symbolic-ref --short HEAD; git status --porcelain'), 'fix');
});

test('the base is what is checked out in the given directory, not in the main work tree', async t => {
  const world = await withWorld(t);
  const first = await world.worktree('first');
  await world.sh(first, 'git commit --quiet --allow-empty --message More');
  const made = await createWorktree(world.git, request(world, { from: first }));
  t.deepEqual(made.base, { ref: 'first', commit: await world.sh(first, 'git rev-parse HEAD') });
});

test('from a detached HEAD the base is its commit', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, 'git checkout --quiet --detach');
  const commit = await world.sh(world.repo, 'git rev-parse HEAD');
  t.deepEqual((await createWorktree(world.git, request(world))).base, { ref: commit, commit });
});

test('a base relative to HEAD is recorded as a commit', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, 'git commit --quiet --allow-empty --message Two');
  const commit = await world.sh(world.repo, 'git rev-parse HEAD~1');
  t.deepEqual((await createWorktree(world.git, request(world, { base: 'HEAD~1' }))).base, {
    ref: commit,
    commit,
  });
});

test('a branch that is behind its upstream is said to be', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    'git clone --quiet --bare . ../up.git; git remote add origin ../up.git; git fetch --quiet origin',
  );
  await world.sh(
    world.repo,
    `git branch --quiet --set-upstream-to=origin/main; git commit --quiet --allow-empty --message Two
     git push --quiet origin main; git reset --quiet --hard HEAD~1`,
  );
  t.regex((await createWorktree(world.git, request(world))).notice, /, 1 behind origin\/main$/);
});

test('a remote-tracking base does not become the upstream', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    'git clone --quiet --bare . ../up.git; git remote add origin ../up.git; git fetch --quiet origin',
  );
  const made = await createWorktree(world.git, request(world, { base: 'origin/main' }));
  t.is(made.base.ref, 'origin/main');
  t.is(await world.sh(made.path, 'git config --get-regexp "^branch.fix" || true'), '');
});

test('an existing branch is checked out, and compared with where it left the base', async t => {
  const world = await withWorld(t);
  const start = await world.sh(world.repo, 'git rev-parse HEAD');
  await world.sh(
    world.repo,
    `git branch fix; git commit --quiet --allow-empty --message "main goes on"
     git checkout --quiet fix; git commit --quiet --allow-empty --message "fix goes on"; git checkout --quiet main`,
  );
  const made = await createWorktree(world.git, request(world));
  t.is(made.branchCreatedAt, null);
  t.deepEqual(made.base, { ref: 'main', commit: start });
  t.is(await world.sh(made.path, 'git log -1 --format=%s'), 'fix goes on');
});

test('a branch that is checked out elsewhere is refused, naming where', async t => {
  const world = await withWorld(t);
  const path = await world.worktree('fix');
  const before = await traces(world);
  const error = await t.throwsAsync(
    createWorktree(world.git, request(world, { path: join(world.worktreesFolder, 'other') })),
    { instanceOf: Failure },
  );
  t.is(error.message, `branch fix is checked out at ${path}`);
  t.deepEqual(await traces(world), before);
});

test('a branch that another worktree is about to begin is refused, naming where', async t => {
  const world = await withWorld(t);
  const path = await world.worktree('other');
  await world.sh(path, 'git symbolic-ref HEAD refs/heads/fix');
  const before = await traces(world);
  await t.throwsAsync(createWorktree(world.git, request(world)), {
    message: `branch fix is checked out at ${path}`,
  });
  t.deepEqual(await traces(world), before);
});

test('a directory that git still lists, though it is gone, is refused with the way out', async t => {
  const world = await withWorld(t);
  const path = await world.worktree('fix');
  await world.sh(world.repo, `rm -rf "${path}"`);
  const error = await t.throwsAsync(createWorktree(world.git, request(world, { branch: 'more' })), {
    instanceOf: Failure,
  });
  t.is(error.message, `git still lists a worktree at ${path}`);
  t.is(error.hint, `git -C '${world.repo}' worktree prune`);
});

test('a branch below the new one does not pass for it', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, 'git branch fix/nav');
  await t.throwsAsync(createWorktree(world.git, request(world)), {
    message: /there is a branch fix\/nav, beside which fix cannot be/,
  });
});

test('a branch whose worktree was deleted by hand is refused with the way out', async t => {
  const world = await withWorld(t);
  const path = await world.worktree('fix');
  await world.sh(world.repo, `rm -rf "${path}"`);
  const error = await t.throwsAsync(createWorktree(world.git, request(world)), { instanceOf: Failure });
  t.is(error.hint, `git -C '${world.repo}' worktree prune`);
});

test('a missing base names those that are like it, and leaves nothing', async t => {
  const world = await withWorld(t);
  const before = await traces(world);
  const error = await t.throwsAsync(createWorktree(world.git, request(world, { base: 'mian' })), {
    instanceOf: Failure,
  });
  t.is(error.code, 2);
  t.is(error.message, "there is no branch, tag or commit 'mian'");
  t.is(error.hint, '--base main');
  t.deepEqual(await traces(world), before);
});

test('near names', t => {
  t.deepEqual(nearNames('develop', ['main', 'origin/develop', 'development']), ['origin/develop']);
  t.deepEqual(nearNames('zzz', ['main', 'fix']), []);
});

test('a repository without a commit is refused with the way out', async t => {
  const world = await withWorld(t);
  await world.sh(world.arena.root, 'git init --quiet new');
  const repo = join(world.arena.root, 'new');
  const error = await t.throwsAsync(createWorktree(world.git, request(world, { repo, from: repo })), {
    instanceOf: Failure,
  });
  t.regex(error.message, /has no commit yet/);
  t.regex(error.hint ?? '', /git commit/);
});

test('an invalid branch name is wrong usage', async t => {
  const world = await withWorld(t);
  for (const branch of ['a..b', '-x', 'a b', 'HEAD', 'x.lock']) {
    const error = await t.throwsAsync(createWorktree(world.git, request(world, { branch })), {
      instanceOf: Failure,
    });
    t.is(error.code, 2, branch);
  }
});

test('a branch beside which the new one cannot be is named', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, 'git branch fix');
  const before = await traces(world);
  const error = await t.throwsAsync(createWorktree(world.git, request(world, { branch: 'fix/nav' })));
  t.regex(error.message, /there is a branch fix, beside which fix\/nav cannot be/);
  t.deepEqual(await traces(world), before);
});

test('a directory in the way is left alone', async t => {
  const world = await withWorld(t);
  const { path } = request(world);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'mine'), 'x');
  const before = await traces(world);
  const failure = await t.throwsAsync<Failure>(createWorktree(world.git, request(world)), {
    message: /is in the way/,
  });
  t.true(failure?.hint?.startsWith(`git -C '${world.repo}' worktree remove `), failure?.hint);
  t.deepEqual(await traces(world), before);
  t.is(await readFile(join(path, 'mine'), 'utf8'), 'x');
});

test('a checkout that fails leaves no branch, folder or file', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `echo "*.bin filter=broken" > .gitattributes; echo x > a.bin; git add .; git commit --quiet --message Attributes
     git config filter.broken.smudge false; git config filter.broken.required true`,
  );
  const before = await traces(world);
  await t.throwsAsync(createWorktree(world.git, request(world)), { message: /^git worktree add: / });
  t.deepEqual(await traces(world), before);
});

test('an aborted checkout leaves no branch, folder or file', async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    `echo "*.bin filter=slow" > .gitattributes; echo x > a.bin; git add .; git commit --quiet --message Attributes
     git config filter.slow.smudge 'echo $$ > "$HOME/begun"; exec sleep 60'`,
  );
  const before = await traces(world);
  const controller = new AbortController();
  const creation = createWorktree(world.git, request(world, { signal: controller.signal }));
  const failed = t.throwsAsync(creation);
  await eventually(
    () => readFile(join(world.arena.home, 'begun'), 'utf8'),
    text => text.endsWith('\n'),
  );
  controller.abort(new Error('enough'));
  t.is((await failed).message, 'enough');
  t.deepEqual(await traces(world), before);
  // Git ended by a signal leaves its filter to itself.
  await world.sh(world.arena.home, 'kill "$(cat begun)" || true');
});

test("the user's post-checkout hook runs, in the user's language", async t => {
  const world = await withWorld(t);
  const hook = join(world.repo, '.git/hooks/post-checkout');
  await world.sh(
    world.repo,
    `mkdir -p .git/hooks; printf '#!/bin/sh\\necho "$PWD $LC_ALL" > "$HOME/ran"\\n' > "${hook}"; chmod +x "${hook}"`,
  );
  const made = await createWorktree(world.git, request(world));
  t.is(await readFile(join(world.arena.home, 'ran'), 'utf8'), `${made.path} \n`);
});

test('a process that the hook leaves behind with our pipes does not hold up the creation', async t => {
  const world = await withWorld(t);
  const hook = join(world.repo, '.git/hooks/post-checkout');
  await world.sh(
    world.repo,
    `mkdir -p .git/hooks; printf '#!/bin/sh\\nsleep 120 & echo $! > "$HOME/pid"\\n' > "${hook}"; chmod +x "${hook}"`,
  );
  const before = performance.now();
  await createWorktree(world.git, request(world));
  t.true(performance.now() - before < 60_000);
  await world.sh(world.arena.home, 'kill "$(cat pid)"');
});

test("git's progress is passed on", async t => {
  const world = await withWorld(t);
  await world.sh(
    world.repo,
    'for i in $(seq 300); do echo $i > f$i; done; git add .; git commit --quiet --message Many',
  );
  const seen: number[] = [];
  const { Git } = await import('../../cli/git/git.js');
  const git = new Git({ ...world.arena.env, GIT_PROGRESS_DELAY: '0' });
  await createWorktree(git, request(world, { onProgress: percent => seen.push(percent) }));
  t.is(seen.at(-1), 100);
});

test('several creations at once in one repository all succeed', async t => {
  const world = await withWorld(t);
  const names = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(names.map(name => world.worktree(name)));
  t.deepEqual((await readdir(world.worktreesFolder)).sort(), names);
});

test('undo leaves what was before', async t => {
  const world = await withWorld(t);
  const before = await traces(world);
  const made = await createWorktree(world.git, request(world));
  await writeFile(join(made.path, 'of-a-hook'), 'x');
  t.deepEqual(await undoCreate(world.git, made), { branchDeleted: true });
  t.deepEqual({ ...(await traces(world)) }, { ...before, files: [] });
});

test('undo keeps a branch that existed', async t => {
  const world = await withWorld(t);
  await world.sh(world.repo, 'git branch fix');
  const made = await createWorktree(world.git, request(world));
  t.deepEqual(await undoCreate(world.git, made), { branchDeleted: false });
  t.regex((await traces(world)).branches, /refs\/heads\/fix/);
});

test('undo keeps a branch with a commit of its own', async t => {
  const world = await withWorld(t);
  const made = await createWorktree(world.git, request(world));
  await world.sh(made.path, 'git commit --quiet --allow-empty --message Own');
  t.deepEqual(await undoCreate(world.git, made), { branchDeleted: false });
  t.is(await world.sh(world.repo, 'git log -1 --format=%s fix'), 'Own');
});

test('undo removes a worktree with initialised submodules', async t => {
  const world = await withWorld(t);
  await world.addSubmodules();
  const made = await createWorktree(world.git, request(world));
  await world.sh(made.path, INIT);
  await undoCreate(world.git, made);
  t.deepEqual((await traces(world)).files, []);
  t.is((await traces(world)).folders, '');
});

const sweep = (world: World, isKept = false) =>
  sweepHalfMade(world.git, {
    worktreesFolder: world.worktreesFolder,
    trashFolder: world.trashFolder,
    isKept: () => isKept,
  });

test('a sweep removes a creation that was not finished', async t => {
  const world = await withWorld(t);
  const before = await traces(world);
  const made = await createWorktree(world.git, request(world));
  t.deepEqual(await sweep(world), [{ path: made.path, became: 'removed', trash: null }]);
  t.deepEqual(await traces(world), { ...before, files: [] });
});

test('a sweep removes what git had only half made', async t => {
  const world = await withWorld(t);
  const before = await traces(world);
  const made = await createWorktree(world.git, request(world));
  const marker = markerPath(made.path);
  await writeFile(marker, (await readFile(marker, 'utf8')).replace('"made": true', '"made": false'));
  await world.sh(
    world.repo,
    `rm .git/worktrees/fix/commondir .git/worktrees/fix/index; echo initializing > .git/worktrees/fix/locked`,
  );
  await sweep(world);
  t.deepEqual(await traces(world), { ...before, files: [] });
});

test('a sweep leaves only the branch gone when nothing but the branch was made', async t => {
  const world = await withWorld(t);
  const before = await traces(world);
  const made = await createWorktree(world.git, request(world));
  await world.sh(world.repo, `git worktree remove "${made.path}"`);
  await sweep(world);
  t.deepEqual(await traces(world), { ...before, files: [] });
});

test('a sweep moves a creation that somebody has worked in to the trash', async t => {
  const world = await withWorld(t);
  const made = await createWorktree(world.git, request(world));
  await writeFile(join(made.path, 'work'), 'mine');
  const [swept] = await sweep(world);
  t.is(swept?.became, 'trashed');
  t.is(await readFile(join(swept?.trash ?? '', 'worktree/work'), 'utf8'), 'mine');
});

test('a sweep leaves a worktree whose session is on record, and one that was kept', async t => {
  const world = await withWorld(t);
  const made = await createWorktree(world.git, request(world));
  t.deepEqual(await sweep(world, true), [{ path: made.path, became: 'kept', trash: null }]);
  t.false(existsSync(markerPath(made.path)));
  await keepCreated(made);
  t.deepEqual(await sweep(world), []);
  t.true(existsSync(join(made.path, 'app.txt')));
});

test('a sweep believes no marker that names a directory elsewhere', async t => {
  const world = await withWorld(t);
  await mkdir(world.worktreesFolder, { recursive: true });
  const victim = { repo: world.repo, path: world.repo, branch: 'main', branchCreatedAt: null, made: false };
  await writeFile(join(world.worktreesFolder, '.making-repo.json'), JSON.stringify(victim));
  await writeFile(join(world.worktreesFolder, '.making-torn.json'), '{"repo": "/');
  t.deepEqual(await sweep(world), []);
  t.true(existsSync(join(world.repo, 'app.txt')));
});

test('a worktree that another git is making at the same moment is no obstacle', async t => {
  const world = await withWorld(t);
  const folder = join(world.repo, '.git/worktrees/other');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'gitdir'), join(world.arena.root, 'other/.git'));
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/other');
  await writeFile(join(folder, 'commondir'), '');
  const trace = join(world.arena.root, 'trace');
  const git = new Git({ ...world.arena.env, GIT_TRACE2_EVENT: trace });
  const making = createWorktree(git, request(world));
  making.catch(() => {});
  await eventually(
    async () => (await readFile(trace, 'utf8').catch(() => '')).includes('failed to read'),
    wasMet => wasMet,
  );
  await rm(folder, { recursive: true });
  t.is((await making).branch, 'fix');
});
