import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { findLosses, NotInspectable, newLosses } from '../../cli/git/inspect.js';
import { parseStatus } from '../../cli/git/status.js';
import { INIT, withWorld } from './world.js';

/** What is done in the work tree, and the kinds of loss that it makes. */
const cases: [what: string, script: string, kinds: string[]][] = [
  ['nothing', '', []],
  ['a commit on the branch', 'echo x > x; git add .; git commit --quiet --message X', []],
  ['a staged file', 'echo x > x; git add x', ['staged']],
  ['a staged deletion', 'git rm --quiet app.txt', ['staged']],
  ['an unstaged change', 'echo x >> app.txt', ['unstaged']],
  ['an unstaged deletion', 'rm app.txt', ['unstaged']],
  [
    'a change that keeps size and time, where git is told to look at no more',
    `git config core.checkStat minimal; git config core.trustctime false; touch -d 2001-01-01 app.txt; git status --short
     sed -i s/one/ONE/ app.txt; touch -d 2001-01-01 app.txt; test -z "$(git status --short)"`,
    ['unstaged'],
  ],
  ['a file added by intent only', 'echo x > x; git add --intent-to-add x', ['unstaged']],
  ['an untracked file', 'echo x > x', ['untracked']],
  ['an empty untracked file', ': > x', ['untracked']],
  ['an untracked file in a directory', 'mkdir -p a/b; echo x > a/b/x', ['untracked']],
  [
    'an untracked file, hidden by status.showUntrackedFiles',
    'git config status.showUntrackedFiles no; echo x > x',
    ['untracked'],
  ],
  ['an ignored file', 'echo "*.log" > "$(git rev-parse --git-common-dir)/info/exclude"; echo x > x.log', []],
  [
    'an ignored file beside an untracked one',
    'echo "*.log" > "$(git rev-parse --git-common-dir)/info/exclude"; mkdir d; echo x > d/x.log; echo x > d/y',
    ['untracked'],
  ],
  [
    'an untracked repository',
    'git init --quiet nested; cd nested; git commit --quiet --allow-empty --message N',
    ['untracked'],
  ],
  ['an untracked repository without a commit', 'mkdir d; git init --quiet d/nested', ['untracked']],
  [
    'a changed file, assumed unchanged',
    'git update-index --assume-unchanged app.txt; echo x >> app.txt',
    ['unstaged'],
  ],
  ['an unchanged file, assumed unchanged', 'git update-index --assume-unchanged app.txt', []],
  [
    'an assumed file that was only touched',
    'git update-index --assume-unchanged app.txt; touch -d 2001-01-01 app.txt',
    [],
  ],
  [
    'a deleted file, assumed unchanged',
    'git update-index --assume-unchanged app.txt; rm app.txt',
    ['unstaged'],
  ],
  ['a changed file, skipped', 'git update-index --skip-worktree app.txt; echo x >> app.txt', ['unstaged']],
  [
    'a changed file, skipped and assumed',
    'git update-index --skip-worktree app.txt; git update-index --assume-unchanged app.txt; echo x >> app.txt',
    ['unstaged'],
  ],
  ['a sparse checkout', 'git sparse-checkout set --no-cone /README.md; test ! -e app.txt', []],
  [
    'a changed file outside the sparse checkout',
    'git sparse-checkout set --no-cone /README.md; echo mine > app.txt',
    ['unstaged'],
  ],
  [
    'a sparse index',
    'mkdir -p d e; echo x > d/x; echo x > e/x; git add .; git commit --quiet --message D; git sparse-checkout set --cone --sparse-index d; test ! -e e',
    [],
  ],
  [
    'a changed file where core.ignoreStat is set',
    'git config core.ignoreStat true; git checkout --quiet HEAD~0 -- app.txt; git update-index app.txt; echo x >> app.txt',
    ['unstaged'],
  ],
  [
    'an untracked file under a stale untracked cache',
    `git config core.checkStat minimal; git config core.trustctime false; git config core.untrackedCache true
     touch -d 2001-01-01 .; git status --short; git status --short; echo x > x; touch -d 2001-01-01 .
     test -z "$(git status --short)"`,
    ['untracked'],
  ],
  [
    'a file system monitor that sees nothing',
    `printf '#!/bin/sh\\nprintf "token\\\\0"\\n' > ../monitor; chmod +x ../monitor; git config core.fsmonitor "$PWD/../monitor"; git status --short; echo x >> app.txt`,
    ['unstaged'],
  ],
  ['a detached HEAD on the branch', 'git checkout --quiet --detach', []],
  [
    'a commit on a detached HEAD',
    'git checkout --quiet --detach; git commit --quiet --allow-empty --message Lost',
    ['detached-commits'],
  ],
  [
    'a commit on a detached HEAD, tagged',
    'git checkout --quiet --detach; git commit --quiet --allow-empty --message T; git tag t',
    [],
  ],
  [
    'a commit on a detached HEAD that a remote has',
    'git checkout --quiet --detach; git commit --quiet --allow-empty --message R; git update-ref refs/remotes/origin/r HEAD',
    [],
  ],
  [
    'a commit on a detached HEAD that only the stash or a note reaches',
    'git checkout --quiet --detach; git commit --quiet --allow-empty --message S; echo x >> app.txt; git stash --quiet',
    ['detached-commits'],
  ],
  [
    'a commit that only a private reference reaches',
    'git update-ref refs/worktree/mine "$(git commit-tree -m W HEAD^{tree})"',
    ['detached-commits'],
  ],
  ['a private reference to a commit of the branch', 'git update-ref refs/worktree/mine HEAD', []],
  [
    'a branch without a commit',
    'git checkout --quiet --orphan new; git rm --quiet -r --cached .; rm app.txt README.md',
    [],
  ],
  ['a branch without a commit, with staged files', 'git checkout --quiet --orphan new', ['staged']],
  ['a stash, which the repository keeps', 'echo x >> app.txt; git stash --quiet', []],
  [
    'a merge that waits to be committed',
    'git checkout --quiet -b o; git commit --quiet --allow-empty --message O; git checkout --quiet fix; git commit --quiet --allow-empty --message F; git merge --quiet --no-commit o',
    ['operation'],
  ],
  [
    'a merge with conflicts',
    'git checkout --quiet -b o; echo o > app.txt; git commit --quiet -am O; git checkout --quiet fix; echo f > app.txt; git commit --quiet -am F; git merge --quiet o || true',
    ['unstaged', 'operation'],
  ],
  [
    'a rebase with conflicts',
    'git checkout --quiet -b o; echo o > app.txt; git commit --quiet -am O; git checkout --quiet fix; echo f > app.txt; git commit --quiet -am F; git rebase o || true',
    ['unstaged', 'operation'],
  ],
  [
    'an interactive rebase at a stop',
    'git commit --quiet --allow-empty --message A; GIT_SEQUENCE_EDITOR="sed -i 1ibreak" git rebase --interactive HEAD~1',
    ['operation'],
  ],
  [
    'a rebase by patches',
    'git checkout --quiet -b o; echo o > app.txt; git commit --quiet -am O; git checkout --quiet fix; echo f > app.txt; git commit --quiet -am F; git rebase --apply o || true',
    ['unstaged', 'operation'],
  ],
  [
    'a cherry-pick with conflicts',
    'git checkout --quiet -b o; echo o > app.txt; git commit --quiet -am O; git checkout --quiet fix; echo f > app.txt; git commit --quiet -am F; git cherry-pick o || true',
    ['unstaged', 'operation'],
  ],
  [
    'a revert with conflicts',
    'echo a > app.txt; git commit --quiet -am A; echo b > app.txt; git commit --quiet -am B; git revert --no-edit HEAD~1 || true',
    ['unstaged', 'operation'],
  ],
  ['a bisect', 'git commit --quiet --allow-empty --message A; git bisect start HEAD HEAD~1', ['operation']],
  [
    'patches being applied',
    'echo o > app.txt; git commit --quiet -am O; git format-patch --quiet -1 -o ../patches; git reset --quiet --hard HEAD~1; echo f > app.txt; git commit --quiet -am F; git am ../patches/* || true',
    ['operation'],
  ],
  [
    'a repository added as if it were a submodule',
    'git init --quiet n; git -C n commit --quiet --allow-empty --message N; git add n 2>/dev/null; git commit --quiet --message N',
    ['submodule-commits'],
  ],
];

for (const [what, script, kinds] of cases)
  test(`${what}: ${kinds.join(', ') || 'no loss'}`, async t => {
    const { worktree, sh, kinds: found } = await withWorld(t);
    const path = await worktree();
    await sh(path, script);
    t.deepEqual<string[], string[]>(await found(path), kinds);
  });

/** The same in a work tree with the submodules `lib` and `lib/deep`. */
const withSubmodules: [what: string, script: string, kinds: string[]][] = [
  ['submodules not initialised', '', []],
  ['clean submodules', INIT, []],
  ['a file in a submodule that is not initialised', 'echo x > lib/x', ['submodule-changes']],
  ['a change in a submodule', `${INIT}; echo x >> lib/lib.txt`, ['submodule-changes']],
  ['a staged change in a submodule', `${INIT}; echo x > lib/x; git -C lib add x`, ['submodule-changes']],
  ['an untracked file in a submodule', `${INIT}; echo x > lib/x`, ['submodule-changes']],
  ['an untracked file in a nested submodule', `${INIT}; echo x > lib/deep/x`, ['submodule-changes']],
  [
    'an untracked file that the submodule hides',
    `${INIT}; git -C lib config status.showUntrackedFiles no; echo x > lib/x`,
    ['submodule-changes'],
  ],
  [
    'a change in a submodule set to ignore=all',
    `${INIT}; git config submodule.lib.ignore all; git config diff.ignoreSubmodules all; echo x >> lib/lib.txt`,
    ['submodule-changes'],
  ],
  [
    'a change in a nested submodule that .gitmodules ignores',
    `${INIT}; git -C lib config submodule.deep.ignore all; echo x >> lib/deep/deep.txt`,
    ['submodule-changes'],
  ],
  [
    'a hidden change in a submodule',
    `${INIT}; git -C lib update-index --assume-unchanged lib.txt; echo x >> lib/lib.txt`,
    ['submodule-changes'],
  ],
  [
    'another commit checked out that the remote has',
    `${INIT}; git -C lib checkout --quiet HEAD~1; git -C lib clean -ffdq`,
    ['submodule-changes'],
  ],
  [
    'a commit in a submodule on no remote',
    `${INIT}; git -C lib commit --quiet --allow-empty --message Own; git add lib; git commit --quiet --message lib`,
    ['submodule-commits'],
  ],
  [
    'a commit in a nested submodule on no remote',
    `${INIT}; git -C lib/deep checkout --quiet -b own; git -C lib/deep commit --quiet --allow-empty --message Own; git -C lib/deep checkout --quiet HEAD~1`,
    ['submodule-commits'],
  ],
  [
    'a commit in a submodule that only a local tag reaches',
    `${INIT}; cd lib; git commit --quiet --allow-empty --message Own; git tag own; git checkout --quiet HEAD~1`,
    ['submodule-commits'],
  ],
  [
    'a pushed commit in a submodule',
    `${INIT}; git -C lib commit --quiet --allow-empty --message Own; git -C lib push --quiet origin HEAD:refs/heads/pushed; git add lib; git commit --quiet --message lib`,
    [],
  ],
  ['a stash in a submodule', `${INIT}; cd lib; echo x >> lib.txt; git stash --quiet`, ['submodule-commits']],
  [
    'a commit in a submodule that was removed from the index',
    `${INIT}; git -C lib commit --quiet --allow-empty --message Own; git rm --quiet --force lib; git commit --quiet --message gone`,
    ['submodule-commits'],
  ],
  [
    'a commit in a submodule that was deinitialised',
    `${INIT}; git -C lib commit --quiet --allow-empty --message Own; git submodule --quiet deinit --force lib`,
    ['submodule-commits'],
  ],
  ['a bisect in a submodule', `${INIT}; git -C lib bisect start HEAD HEAD~1`, ['operation']],
  [
    'a submodule whose repository is missing',
    `${INIT}; echo "gitdir: /nonexistent" > lib/.git`,
    ['submodule-changes'],
  ],
  ['a deleted submodule directory', `${INIT}; rm -rf lib`, ['submodule-changes']],
];

for (const [what, script, kinds] of withSubmodules)
  test(`${what}: ${kinds.join(', ') || 'no loss'}`, async t => {
    const { worktree, sh, kinds: found, addSubmodules } = await withWorld(t);
    await addSubmodules();
    const path = await worktree();
    await sh(path, script);
    t.deepEqual<string[], string[]>(await found(path), kinds);
  });

test('a submodule pinned to a tag that is on no branch is no loss: it came with the clone', async t => {
  const { worktree, sh, kinds, addSubmodules, repo, arena } = await withWorld(t);
  await addSubmodules();
  await sh(
    join(arena.root, 'lib.src'),
    'git checkout --quiet --detach; git commit --quiet --allow-empty --message Release; git tag v1; git checkout --quiet main',
  );
  await sh(
    repo,
    'cd lib; git fetch --quiet --tags; git checkout --quiet v1; cd ..; git commit --quiet -am pin',
  );
  const path = await worktree();
  await sh(path, INIT);
  t.deepEqual(await kinds(path), []);
});

test('a submodule pinned to a commit that only its id names is no loss: it was fetched', async t => {
  const { worktree, sh, kinds, addSubmodules, repo, arena } = await withWorld(t);
  await addSubmodules();
  const source = join(arena.root, 'lib.src');
  await sh(
    source,
    'git config uploadpack.allowAnySHA1InWant true; git checkout --quiet --detach; git commit --quiet --allow-empty --message Hidden',
  );
  const id = await sh(source, 'git rev-parse HEAD; git checkout --quiet main');
  await sh(repo, `git update-index --cacheinfo 160000,${id},lib; git commit --quiet --message pin`);
  const path = await worktree();
  await sh(path, INIT);
  t.is(await sh(path, 'git -C lib rev-parse HEAD'), id);
  t.deepEqual(await kinds(path), []);
});

test('work in a worktree inside this one counts, even where it is ignored', async t => {
  const { worktree, sh, kinds } = await withWorld(t);
  const path = await worktree();
  await sh(
    path,
    'echo /inner > "$(git rev-parse --git-common-dir)/info/exclude"; git worktree add --quiet -b inner inner',
  );
  t.deepEqual(await kinds(path), []);
  await sh(path, 'echo x > inner/x');
  t.deepEqual(await kinds(path), ['untracked']);
});

test('counts and examples are of each kind', async t => {
  const { git, worktree, sh } = await withWorld(t);
  const path = await worktree();
  await sh(
    path,
    'for i in 1 2 3 4 5 6 7; do echo $i > "new $i"; done; git checkout --quiet --detach; git commit --quiet --allow-empty --message "Lost work"',
  );
  const [untracked, detached] = await findLosses(git, path);
  t.is(untracked?.detail, '7 untracked files');
  t.deepEqual(untracked?.examples, ['new 1', 'new 2', 'new 3', 'new 4', 'new 5']);
  t.is(detached?.detail, '1 commit on no branch or tag');
  t.regex(detached?.examples[0] ?? '', /^[0-9a-f]{8} Lost work$/);
});

test('looking changes nothing: not the index, not the flags', async t => {
  const { git, worktree, sh } = await withWorld(t);
  const path = await worktree();
  await sh(
    path,
    'git update-index --assume-unchanged app.txt; echo x >> app.txt; touch -d 2001-01-01 README.md',
  );
  const state = () =>
    sh(path, 'git_dir=$(git rev-parse --git-dir); sha256sum "$git_dir/index" "$git_dir/HEAD"; ls "$git_dir"');
  const before = await state();
  await findLosses(git, path);
  t.is(await state(), before);
});

test('a look is not stopped by the lock of an agent that is committing', async t => {
  const { worktree, sh, kinds } = await withWorld(t);
  const path = await worktree();
  await sh(path, 'touch "$(git rev-parse --git-dir)/index.lock"; echo x > x');
  t.deepEqual(await kinds(path), ['untracked']);
});

test('a second look with a changed content is told from the first', async t => {
  const { git, worktree } = await withWorld(t);
  const path = await worktree();
  await mkdir(join(path, 'd'));
  await writeFile(join(path, 'd/x'), 'one');
  const first = await findLosses(git, path);
  t.deepEqual(newLosses(first, await findLosses(git, path)), []);
  await writeFile(join(path, 'd/x'), 'two!');
  t.deepEqual(
    newLosses(first, await findLosses(git, path)).map(loss => loss.kind),
    ['untracked'],
  );
});

test('a worktree that is gone is not clean', async t => {
  const { git, worktree } = await withWorld(t);
  const path = await worktree();
  await rm(path, { recursive: true });
  t.is((await t.throwsAsync(findLosses(git, path), { instanceOf: NotInspectable })).reason, 'gone');
});

for (const [what, script] of [
  ['whose .git is missing', 'rm .git'],
  ['whose .git points nowhere', 'echo "gitdir: /nonexistent" > .git'],
  ['whose .git is garbage', 'echo garbage > .git'],
  ['whose administrative folder is gone', 'rm -rf "$(git rev-parse --git-dir)"'],
  ['whose HEAD is gone', 'rm "$(git rev-parse --git-dir)/HEAD"'],
  ['that became a repository of its own', 'rm .git; git init --quiet'],
] as const)
  test(`a worktree ${what} is not clean`, async t => {
    const { git, worktree, sh } = await withWorld(t);
    const path = await worktree();
    await sh(path, script);
    t.is((await t.throwsAsync(findLosses(git, path), { instanceOf: NotInspectable })).reason, 'broken');
  });

for (const [what, script] of [
  ['a damaged index', 'echo garbage > "$(git rev-parse --git-dir)/index"'],
  [
    'a HEAD at a commit that is missing',
    'echo 1234567890123456789012345678901234567890 > "$(git rev-parse --git-dir)/HEAD"',
  ],
] as const)
  test(`${what} is an error, not clean`, async t => {
    const { git, worktree, sh } = await withWorld(t);
    const path = await worktree();
    await sh(path, script);
    await t.throwsAsync(findLosses(git, path));
  });

test('paths with spaces, quotes, newlines and letters of all kinds are read whole', t => {
  const name = 'a "b"\n\tü ->';
  const hash = '0'.repeat(40);
  const output = `1 .M N... 100644 100644 100644 ${hash} ${hash} ${name}\0? ${name}/\0u UU N... 100644 100644 100644 100644 ${hash} ${hash} ${hash} ${name}\0`;
  t.deepEqual(
    parseStatus(output).map(({ path, unstaged, untracked }) => ({ path, unstaged, untracked })),
    [
      { path: name, unstaged: true, untracked: false },
      { path: `${name}/`, unstaged: false, untracked: true },
      { path: name, unstaged: true, untracked: false },
    ],
  );
});
