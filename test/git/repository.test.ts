import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Failure } from '../../cli/domain/failure.js';
import { describeRepository } from '../../cli/git/repository.js';
import { withWorld } from './world.js';

test('a directory outside any repository has none', async t => {
  const { git, arena } = await withWorld(t);
  t.is(await describeRepository(git, arena.home), null);
});

test('a subdirectory knows its repository, branch and commit', async t => {
  const { git, repo, sh } = await withWorld(t);
  await mkdir(join(repo, 'a/b'), { recursive: true });
  t.deepEqual(await describeRepository(git, join(repo, 'a/b')), {
    root: repo,
    top: repo,
    commonDir: join(repo, '.git'),
    gitDir: join(repo, '.git'),
    bare: false,
    head: { branch: 'main', commit: await sh(repo, 'git rev-parse HEAD') },
  });
});

test('a linked work tree names the main one as root, and itself as top', async t => {
  const { git, repo, worktree } = await withWorld(t);
  const path = await worktree();
  await mkdir(join(path, 'sub'));
  const found = await describeRepository(git, join(path, 'sub'));
  t.is(found?.root, repo);
  t.is(found?.top, path);
  t.is(found?.gitDir, join(repo, '.git/worktrees/fix'));
  t.is(found?.commonDir, join(repo, '.git'));
  t.is(found?.head.branch, 'fix');
});

test('inside .git there is no work tree, but its root is known', async t => {
  const { git, repo } = await withWorld(t);
  const found = await describeRepository(git, join(repo, '.git'));
  t.is(found?.root, repo);
  t.is(found?.top, null);
  t.false(found?.bare);
});

test('a bare repository is its own root, and that of its work trees', async t => {
  const { git, repo, arena, sh } = await withWorld(t);
  const bare = join(arena.root, 'bare.git');
  await sh(
    arena.root,
    `git clone --quiet --bare "${repo}" bare.git; git -C bare.git worktree add --quiet -b w ../w`,
  );
  const found = await describeRepository(git, bare);
  t.like(found, { root: bare, top: null, bare: true });
  t.is((await describeRepository(git, join(arena.root, 'w')))?.root, bare);
});

test('no commit yet: the branch to come, no commit', async t => {
  const { git, arena, sh } = await withWorld(t);
  await sh(arena.root, 'git init --quiet new');
  const found = await describeRepository(git, join(arena.root, 'new'));
  t.deepEqual(found?.head, { branch: 'main', commit: null });
});

test('detached: a commit and no branch', async t => {
  const { git, repo, sh } = await withWorld(t);
  await sh(repo, 'git checkout --quiet --detach');
  const found = await describeRepository(git, repo);
  t.deepEqual(found?.head, { branch: null, commit: await sh(repo, 'git rev-parse HEAD') });
});

test('beside a branch that is called HEAD, what is checked out is still known', async t => {
  const { git, repo, sh } = await withWorld(t);
  await sh(repo, 'git update-ref refs/heads/HEAD HEAD');
  const found = await describeRepository(git, repo);
  t.like(found, {
    root: repo,
    top: repo,
    head: { branch: 'main', commit: await sh(repo, 'git rev-parse HEAD') },
  });
});

test('a submodule is a repository whose root is its own directory', async t => {
  const { git, repo, addSubmodules } = await withWorld(t);
  await addSubmodules();
  t.like(await describeRepository(git, join(repo, 'lib')), {
    root: join(repo, 'lib'),
    top: join(repo, 'lib'),
  });
});

test('a worktree of a submodule has the submodule as root', async t => {
  const { git, repo, addSubmodules, arena, sh } = await withWorld(t);
  await addSubmodules();
  await sh(join(repo, 'lib'), `git worktree add --quiet -b w "${arena.root}/w"`);
  t.is((await describeRepository(git, join(arena.root, 'w')))?.root, join(repo, 'lib'));
});

for (const [what, damage] of [
  ['a .git that points nowhere', 'rm -rf .git; echo "gitdir: /nonexistent" > .git'],
  ['a .git of garbage', 'rm -rf .git; echo garbage > .git'],
  ['a .git without HEAD', 'rm .git/HEAD'],
  ['a configuration that does not parse', 'echo "[core" > .git/config'],
] as const)
  test(`${what} is a damaged repository, not none`, async t => {
    const { git, repo, sh } = await withWorld(t);
    await sh(repo, damage);
    const error = await t.throwsAsync(describeRepository(git, repo), { instanceOf: Failure });
    t.regex(error.message, /damaged/);
    t.true(error.message.includes(repo));
  });

test('a repository of another user is refused with the command that allows it', async t => {
  if (process.getuid?.() !== 0) return t.pass('only root can give a directory away');
  const { git, repo, sh } = await withWorld(t);
  await sh(repo, 'chown -R 65534 .');
  const error = await t.throwsAsync(describeRepository(git, repo), { instanceOf: Failure });
  t.regex(error.message, /does not trust/);
  t.is(error.hint, `git config --global --add safe.directory '${repo}'`);
});

test('a directory that does not exist is said to be missing', async t => {
  const { git, arena } = await withWorld(t);
  await t.throwsAsync(describeRepository(git, join(arena.root, 'nope')), {
    message: /there is no directory/,
  });
});

test('no git on PATH is said so', async t => {
  const { arena, repo } = await withWorld(t);
  const { Git } = await import('../../cli/git/git.js');
  const git = new Git({ ...arena.env, PATH: arena.bin });
  await t.throwsAsync(describeRepository(git, repo), { message: /git is not installed/ });
});

test('an inherited GIT_DIR does not redirect a command', async t => {
  const { arena, repo, sh } = await withWorld(t);
  const { Git } = await import('../../cli/git/git.js');
  await sh(arena.root, 'git init --quiet other');
  const other = join(arena.root, 'other');
  const git = new Git({
    ...arena.env,
    GIT_DIR: join(other, '.git'),
    GIT_WORK_TREE: other,
    GIT_INDEX_FILE: join(other, 'index'),
    GIT_COMMON_DIR: join(other, '.git'),
    GIT_PREFIX: 'x/',
  });
  t.is((await describeRepository(git, repo))?.root, repo);
});

test('a time limit ends git, and says so', async t => {
  const { arena, repo } = await withWorld(t);
  const { Git, GitError } = await import('../../cli/git/git.js');
  await writeFile(join(arena.bin, 'git'), '#!/bin/sh\nexec sleep 60\n');
  await chmod(join(arena.bin, 'git'), 0o755);
  const error = await t.throwsAsync(new Git(arena.env).run(repo, ['status'], { timeoutMs: 100 }), {
    instanceOf: GitError,
  });
  t.is(error.message, 'git status: no answer after 100 ms');
});

test("a GitError has the subcommand, the exit code and git's own words", async t => {
  const { git, repo } = await withWorld(t);
  const { GitError } = await import('../../cli/git/git.js');
  const error = await t.throwsAsync(git.run(repo, ['worktree', 'add', '/proc/no', 'nope']), {
    instanceOf: GitError,
  });
  t.is(error.subcommand, 'worktree add');
  t.is(error.exitCode, 128);
  t.is(error.text, 'invalid reference: nope');
});
