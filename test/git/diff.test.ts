import test from 'ava';
import { hasUncommitted, linesAgainstBase } from '../../cli/git/diff.js';
import { withWorld } from './world.js';

const cases: [what: string, script: string, expected: { added: number; deleted: number; dirty: boolean }][] =
  [
    ['nothing', '', { added: 0, deleted: 0, dirty: false }],
    [
      'a commit',
      'printf "a\\nb\\n" > x; git add x; git commit --quiet --message X',
      { added: 2, deleted: 0, dirty: false },
    ],
    ['unstaged lines', 'sed -i 1d app.txt', { added: 0, deleted: 1, dirty: true }],
    ['staged lines', 'echo a > x; git add x', { added: 1, deleted: 0, dirty: true }],
    ['an untracked file', 'echo a > x', { added: 0, deleted: 0, dirty: true }],
    [
      'an untracked file that is hidden',
      'git config status.showUntrackedFiles no; echo a > x',
      { added: 0, deleted: 0, dirty: true },
    ],
    [
      'an ignored file',
      'echo x > "$(git rev-parse --git-common-dir)/info/exclude"; echo a > x',
      { added: 0, deleted: 0, dirty: false },
    ],
    [
      'a binary file',
      'head -c 100 /dev/zero > x; git add x; git commit --quiet --message X',
      { added: 0, deleted: 0, dirty: false },
    ],
    [
      'settings that print more',
      'git config status.branch true; git config diff.external false; git config diff.noprefix true; echo four >> app.txt',
      { added: 1, deleted: 0, dirty: true },
    ],
    [
      'commits of the base that came by a rebase',
      'git -C "$REPO" commit --quiet --allow-empty --message Main; echo m > "$REPO/m"; git -C "$REPO" add m; git -C "$REPO" commit --quiet --message M; echo a > x; git add x; git commit --quiet --message X; git rebase --quiet main',
      { added: 1, deleted: 0, dirty: false },
    ],
    [
      'commits of the base that came by a merge',
      'echo m > "$REPO/m"; git -C "$REPO" add m; git -C "$REPO" commit --quiet --message M; echo a > x; git add x; git commit --quiet --message X; git merge --quiet --no-edit main',
      { added: 1, deleted: 0, dirty: false },
    ],
    [
      'a base that went on without us',
      'echo m > "$REPO/m"; git -C "$REPO" add m; git -C "$REPO" commit --quiet --message M',
      { added: 0, deleted: 0, dirty: false },
    ],
  ];

for (const [what, script, expected] of cases)
  test(`${what}: ${JSON.stringify(expected)}`, async t => {
    const { git, repo, worktree, sh } = await withWorld(t);
    const path = await worktree();
    const commit = await sh(repo, 'git rev-parse HEAD');
    await sh(path, `REPO='${repo}'; ${script}`);
    const lines = await linesAgainstBase(git, path, { ref: 'main', commit }, {});
    t.deepEqual({ ...lines, dirty: await hasUncommitted(git, path, {}) }, expected);
  });

test('a base branch that is gone leaves its commit', async t => {
  const { git, worktree, sh } = await withWorld(t);
  const path = await worktree();
  const commit = await sh(path, 'git rev-parse HEAD; echo a > x; git add x; git commit --quiet --message X');
  t.like(await linesAgainstBase(git, path, { ref: 'gone', commit }, {}), { added: 1, deleted: 0 });
});

test('unrelated history is compared as it is', async t => {
  const { git, worktree, sh } = await withWorld(t);
  const path = await worktree();
  const commit = await sh(
    path,
    'git rev-parse HEAD; git checkout --quiet --orphan o; git commit --quiet --message O',
  );
  t.deepEqual(await linesAgainstBase(git, path, { ref: null, commit }, {}), { added: 0, deleted: 0 });
});

test('a directory that is gone is an error', async t => {
  const { git, arena } = await withWorld(t);
  await t.throwsAsync(linesAgainstBase(git, `${arena.root}/nope`, { ref: null, commit: 'HEAD' }, {}));
  await t.throwsAsync(hasUncommitted(git, `${arena.root}/nope`, {}));
});
