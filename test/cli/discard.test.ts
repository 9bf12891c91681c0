/** A discard without --force loses nothing; a forced one keeps it in the trash; a daemon that dies in one loses nothing either. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** Runs git in a session's worktree (or elsewhere); fails the test when git fails. */
async function git(story: Story, dir: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await story.run('git', [
    '-C',
    dir,
    '-c',
    'protocol.file.allow=always',
    ...args,
  ]);
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

interface Work {
  /** What the refusal says. */
  says: RegExp;
  /** Makes it in the worktree. */
  make: (story: Story, dir: string) => Promise<unknown>;
}

const WORK: Record<string, Work> = {
  'a staged change': {
    says: /staged/,
    make: async (story, dir) => {
      await writeFile(join(dir, 'app.txt'), 'changed\n');
      await git(story, dir, 'add', '.');
    },
  },
  'an unstaged change': {
    says: /app\.txt/,
    make: (_story, dir) => writeFile(join(dir, 'app.txt'), 'changed\n'),
  },
  'an untracked file': {
    says: /untracked file: new\.txt/,
    make: (_story, dir) => writeFile(join(dir, 'new.txt'), 'new\n'),
  },
  'an untracked file that the user’s settings hide': {
    says: /untracked file: new\.txt/,
    make: async (story, dir) => {
      await git(story, dir, 'config', 'status.showUntrackedFiles', 'no');
      await writeFile(join(dir, 'new.txt'), 'new\n');
    },
  },
  'a commit on a detached HEAD': {
    says: /commit/,
    make: async (story, dir) => {
      await git(story, dir, 'checkout', '-q', '--detach');
      await git(story, dir, 'commit', '-q', '--allow-empty', '-m', 'on no branch');
    },
  },
  'a rebase in progress': {
    says: /rebase/,
    make: async (story, dir) => {
      await git(story, dir, 'commit', '-q', '--allow-empty', '-m', 'one');
      await story.run('git', ['-C', dir, 'rebase', '-q', '--exec', 'false', 'HEAD~1']);
    },
  },
  'a commit in a submodule that is on no remote': {
    says: /submodule/,
    make: async (story, dir) => {
      const library = join(story.root, 'library');
      await mkdir(library);
      await git(story, library, 'init', '-q');
      await git(story, library, 'commit', '-q', '--allow-empty', '-m', 'library');
      await git(story, dir, 'submodule', '--quiet', 'add', library, 'lib');
      await git(story, dir, 'commit', '-qm', 'with a library');
      await git(story, join(dir, 'lib'), 'commit', '-q', '--allow-empty', '-m', 'only here');
      await git(story, dir, 'commit', '-qam', 'use it');
    },
  },
  'a change in a submodule': {
    says: /submodule/,
    make: async (story, dir) => {
      const library = join(story.root, 'library');
      await mkdir(library);
      await git(story, library, 'init', '-q');
      await writeFile(join(library, 'a.txt'), 'a\n');
      await git(story, library, 'add', '.');
      await git(story, library, 'commit', '-qm', 'library');
      await git(story, dir, 'submodule', '--quiet', 'add', library, 'lib');
      await git(story, dir, 'commit', '-qm', 'with a library');
      await writeFile(join(dir, 'lib', 'a.txt'), 'changed\n');
    },
  },
};

for (const [name, { says, make }] of Object.entries(WORK))
  test(`refused: ${name}`, async t => {
    const story = await tell(t);
    await story.make('fix', 'true');
    await story.ok('wait', 'fix');
    const { dir, pid } = await story.show('fix');
    await make(story, dir);
    const { code, stderr, stdout } = await story.actor('discard', 'fix');
    t.is(code, 4, stderr);
    t.regex(stderr, says);
    t.regex(stderr, /^hint: .*discard --force fix/m);
    t.is(stdout, '');
    const after = await story.show('fix');
    t.deepEqual([after.status, after.pid], ['idle', pid], 'its agent goes on');
  });

test('ignored files do not count, the branch stays and is named with its last commit', async t => {
  const story = await tell(t);
  await story.make(
    'fix',
    'echo ignored.txt > .gitignore; git add .; git commit -qm ignore; touch ignored.txt',
  );
  await story.ok('wait', 'fix');
  const tip = await git(story, story.repo, 'rev-parse', 'fix');
  const [gone] = JSON.parse(await story.ok('discard', 'fix', '--json')) as Record<string, unknown>[];
  t.deepEqual(Object.keys(gone!).slice(0, 4), ['name', 'branch', 'commit', 'worktree']);
  t.like(gone, { name: 'fix', branch: 'fix', commit: tip });
  t.is(await git(story, story.repo, 'rev-parse', 'fix'), tip);
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
});

test('forced, what it took away lies in the trash and is named', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo precious > new.txt');
  await story.ok('wait', 'fix');
  const said = await story.ok('discard', 'fix', '--force');
  const [entry] = await readdir(join(story.actorHome, 'trash'));
  t.true(said.includes(join(story.actorHome, 'trash', entry!)), said);
  t.is(await readFile(join(story.actorHome, 'trash', entry!, 'worktree', 'new.txt'), 'utf8'), 'precious\n');
  t.is((await story.actor('show', 'fix')).code, 3);
});

test('a file written while the agent is being ended makes it refuse, and everything is put back', async t => {
  const story = await tell(t);
  await story.make('fix');
  // A process of the agent that writes when it is told to go: between the two looks.
  const writer = `trap 'echo late > late.txt; exit' HUP TERM; touch ~/ready; while :; do sleep 0.05; done`;
  await story.ok('run', 'fix', writer);
  await eventually(
    () => readdir(story.home),
    names => names.includes('ready'),
  );
  const { code, stderr } = await story.actor('discard', 'fix');
  t.is(code, 4, stderr);
  t.regex(stderr, /late\.txt/);
  const { dir, status } = await story.show('fix');
  t.is(status, 'ended');
  t.is(await readFile(join(dir, 'late.txt'), 'utf8'), 'late\n');
  await rm(join(dir, 'late.txt'));
  t.is(await story.ok('run', 'fix', 'git status --short | wc -l', '--wait'), '0');
});

for (const fault of ['after-set-aside', 'after-removed', 'after-discarded'])
  test(`a daemon that dies ${fault} loses nothing, and the discard can be done`, async t => {
    const story = await tell(t);
    await story.make('fix', 'git commit -q --allow-empty -m work');
    await story.ok('wait', 'fix');
    const tip = await git(story, story.repo, 'rev-parse', 'fix');
    await story.arm(fault);
    const armed = await story.daemonPid();
    await story.actor('discard', 'fix');
    const names = (await story.list()).map(({ name }) => name);
    t.not(await story.daemonPid(), armed, 'it did die');
    if (names.includes('fix')) await story.ok('discard', 'fix');
    t.deepEqual(await story.list(), []);
    t.is(await git(story, story.repo, 'rev-parse', 'fix'), tip);
    t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
    t.deepEqual(await readdir(join(story.actorHome, 'sessions')), []);
    t.is((await git(story, story.repo, 'worktree', 'list')).split('\n').length, 1);
  });

test('a forced discard whose daemon dies keeps what it was about to take away', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo precious > new.txt');
  await story.ok('wait', 'fix');
  const { dir } = await story.show('fix');
  await story.arm('after-set-aside');
  const armed = await story.daemonPid();
  await story.actor('discard', 'fix', '--force');
  t.deepEqual(
    (await story.list()).map(({ name }) => name),
    ['fix'],
  );
  t.not(await story.daemonPid(), armed, 'it did die');
  t.is(await readFile(join(dir, 'new.txt'), 'utf8'), 'precious\n');
  t.is((await story.actor('discard', 'fix')).code, 4);
});

test('whose repository is gone: what is there is discarded, what is not is said, and no work is deleted', async t => {
  const story = await tell(t);
  await story.make('work', 'echo precious > new.txt');
  await story.make('lost', 'true');
  await story.make('beside', '--no-worktree', 'true');
  await story.actor('wait');
  const { dir } = await story.show('work');
  await rm((await story.show('lost')).dir, { recursive: true });
  await rename(story.repo, `${story.repo}-moved`);
  const home = { cwd: story.home };

  const refused = await story.actor('discard', 'work', home);
  t.is(refused.code, 4, refused.stderr);
  t.regex(refused.stderr, /its repository .*repo is gone\nhint: actor discard --force work\n$/);
  t.is((await story.show('work')).status, 'idle', 'its agent goes on');

  for (const name of ['lost', 'beside']) {
    const { code, stdout, stderr } = await story.actor('discard', name, home);
    t.deepEqual([code, stdout], [0, `discarded ${name}\n`], stderr);
    t.regex(stderr, /^the repository of .* is gone: .*repo$/m);
  }
  const forced = await story.actor('discard', '--force', 'work', home);
  t.is(forced.code, 0, forced.stderr);
  const [entry] = await readdir(join(story.actorHome, 'trash'));
  t.is(await readFile(join(story.actorHome, 'trash', entry!, 'worktree', 'new.txt'), 'utf8'), 'precious\n');
  t.false(existsSync(dir));
  t.deepEqual(await story.list(), []);
  t.regex(await git(story, `${story.repo}-moved`, 'branch'), /work/);
});

test('whose repository is damaged: a session without a worktree is discarded, and one whose worktree is gone by force', async t => {
  const story = await tell(t);
  await story.make('work', 'echo precious > new.txt');
  await story.make('beside', '--no-worktree', 'true');
  await story.actor('wait');
  await rm((await story.show('work')).dir, { recursive: true });
  await rm(join(story.repo, '.git', 'HEAD'));
  const home = { cwd: story.home };

  const beside = await story.actor('discard', 'beside', home);
  t.deepEqual([beside.code, beside.stdout], [0, 'discarded beside\n'], beside.stderr);
  t.notRegex(beside.stderr, /gone/);
  const refused = await story.actor('discard', 'work', home);
  t.is(refused.code, 4, refused.stderr);
  t.regex(refused.stderr, /nobody can tell what git holds of it: .*\nhint: actor discard --force work\n$/);
  const forced = await story.actor('discard', '--force', 'work', home);
  t.is(forced.code, 0, forced.stderr);
});

test('whose worktree git has forgotten: it is kept, and goes to the trash by force', async t => {
  const story = await tell(t);
  await story.make('work', 'echo precious > new.txt');
  await story.ok('wait', 'work');
  await rm(join(story.repo, '.git', 'worktrees', 'work'), { recursive: true });
  const refused = await story.actor('discard', 'work');
  t.is(refused.code, 4, refused.stderr);
  t.regex(
    refused.stderr,
    /nobody can tell what is in the worktree of work: .* is missing\nhint: .*--force work\n$/,
  );
  await story.ok('discard', '--force', 'work');
  const [entry] = await readdir(join(story.actorHome, 'trash'));
  t.is(await readFile(join(story.actorHome, 'trash', entry!, 'worktree', 'new.txt'), 'utf8'), 'precious\n');
});

test('of several sessions none is touched when one is to be kept', async t => {
  const story = await tell(t);
  await story.make('clean', 'true');
  await story.make('dirty', 'touch new.txt');
  await story.actor('wait');
  const { code, stdout, stderr } = await story.actor('discard', 'clean', 'dirty');
  t.deepEqual([code, stdout], [4, '']);
  t.regex(stderr, /dirty is kept/);
  t.deepEqual(
    (await story.list()).map(({ status }) => status),
    ['idle', 'idle'],
  );
});

test('what lay ready for its agent goes with it', async t => {
  const story = await tell(t);
  await story.make('lead', 'sleep 60');
  await story.make('fix', 'true', '--wait', { env: { ACTOR_NAME: 'lead' } });
  const mail = () => readdir(join(story.actorHome, 'mail'));
  await eventually(mail, names => names.includes('lead'));
  await story.ok('discard', 'lead');
  t.deepEqual(await mail(), []);
});
