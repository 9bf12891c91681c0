import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { daemonsOf } from '../helpers/processes.js';
import { eventually } from '../helpers/wait.js';
import { tell } from './story.js';

test.serial('a name is made from the prompt, and does not take that of a session or a branch', async t => {
  const story = await tell(t);
  await story.run('git', ['-C', story.repo, 'branch', 'echo-fix-nav-2']);
  t.is(await story.make('echo "Fix nav!"'), 'echo-fix-nav');
  t.is(await story.make('echo "Fix nav!"'), 'echo-fix-nav-3');
});

test.serial('twenty sessions of one prompt at once get twenty names, worktrees and branches', async t => {
  t.timeout(120_000);
  const story = await tell(t);
  await story.ok('daemon', 'start');
  const made = await Promise.all(
    Array.from({ length: 20 }, () => story.make('echo same', { timeout: 60_000 })),
  );
  const names = [...new Set(made)].sort();
  t.is(names.length, 20);
  t.deepEqual((await readdir(join(story.actorHome, 'worktrees'))).sort(), names);
  const { stdout } = await story.run('git', ['-C', story.repo, 'branch', '--format=%(refname:short)']);
  t.deepEqual(
    stdout
      .trim()
      .split('\n')
      .filter(branch => branch !== 'main')
      .sort(),
    names,
  );
  await story.ok('wait', { timeout: 60_000 });
  for (const { last } of await story.list()) t.is(last?.message, 'same');
});

test.serial('twenty first windows of a home at once', async t => {
  t.timeout(300_000);
  const story = await tell(t);
  await story.ok('list');
  const made = await Promise.all(
    Array.from({ length: 20 }, () => story.make('--no-worktree', 'echo same prompt')),
  );
  t.is(new Set(made).size, 20);
  t.true(made.includes('echo-same-prompt'));
});

test.serial('of two that ask for the same name at once, one gets it', async t => {
  const story = await tell(t);
  await story.ok('daemon', 'start');
  const results = await Promise.all(
    ['fix', 'Fix'].map(name => story.actor('new', name, 'true', '--agent', 'shell')),
  );
  t.deepEqual(results.map(({ code }) => code).sort(), [0, 2]);
  t.is((await story.list()).length, 1);
});

test.serial('names are found without regard to case', async t => {
  const story = await tell(t);
  await story.make('Fix', 'true');
  t.is(await story.ok('run', 'fix', 'echo hi', '--wait'), 'hi');
});

test.serial('twenty clients at once, with no daemon, start exactly one', async t => {
  t.timeout(120_000);
  const story = await tell(t);
  await Promise.all(Array.from({ length: 20 }, () => story.ok('list', { timeout: 60_000 })));
  const daemons = await eventually(
    () => daemonsOf(story.actorHome),
    ({ length }) => length === 1,
  );
  t.is(daemons[0]?.pid, await story.daemonPid());
});

test.serial(
  'one session of a hundred characters of prompt and odd letters has a name that git takes',
  async t => {
    const story = await tell(t);
    const name = await story.make(`echo 'Ünïcode & ${'long '.repeat(30)}…'`);
    t.is(name, 'echo-unicode-long-long-long');
  },
);

test.serial(
  'a session made in the window of another one is its child, and completions come to the parent',
  async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('boss', 'actor new child "echo from child" --agent shell && actor wait child');
    t.is((await story.until('boss', ({ last }) => last !== null)).last?.outcome, 'completed');
    t.is((await story.show('child')).parent, 'boss');
    await story.ok('run', 'boss', 'true', '--wait');
    t.is((await story.show('boss')).waiting_events, 0);
    t.regex(await story.ok('peek', 'boss'), /^\[actor\] child completed \([^)]*\): from child$/m);
    t.notRegex(
      (await story.told()).join('\n'),
      /child completed.*\n.*child completed/s,
      'and not to main as well',
    );
  },
);

test.serial('each repository has its own main, and its sessions report to it', async t => {
  const story = await tell(t);
  const other = await story.repository('other');
  t.is(await story.ok('--detach', 'shell'), 'main');
  t.is(await story.ok('--detach', 'shell', { cwd: other }), 'main-other');
  t.is(await story.ok('--detach', 'shell', { cwd: other }), 'main-other', 'it is found again');
  // Its first prompt would tell what has happened before it.
  await story.until('main-other', ({ status }) => status === 'idle');
  await story.make('fix', 'true', { cwd: other });
  await story.ok('wait', 'fix');
  const sessions = await story.list();
  t.deepEqual(
    sessions.map(({ name, role_of, parent, waiting_events }) => [name, role_of, parent, waiting_events]),
    [
      ['main', 'main', null, 0],
      ['main-other', 'main', null, 1],
      ['fix', 'session', 'main-other', 0],
    ],
  );
});

test.serial('completions that come while main does not run are told to the next main', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await story.ok('down', 'main');
  await story.make('fix', 'echo all done');
  await story.ok('wait', 'fix');
  await story.ok('--detach', 'shell');
  const told = await story.told();
  t.is(told.length, 1);
  t.regex(told[0]!, /^\[actor\] fix completed \([^)]*\): all done$/);
});

test.serial('completions of sessions that were there before the first main are told to it', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo early');
  await story.ok('wait', 'fix');
  await story.ok('--detach', 'shell');
  t.regex((await story.told()).join('\n'), /^\[actor\] fix completed \([^)]*\): early$/);
});

test.serial('a discarded session’s completion still reaches main', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await story.make('fix', 'echo gone soon');
  await story.ok('wait', 'fix');
  await story.ok('discard', 'fix');
  t.regex((await story.told()).join('\n'), /^\[actor\] fix completed \([^)]*\): gone soon$/);
});

test.serial(
  'discarding a parent keeps its children: they go to its parent, on record and in their files',
  async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('lead');
    await story.make('leaf', { env: { ACTOR_NAME: 'lead' } });
    t.is((await story.show('leaf')).parent, 'lead');
    await story.ok('discard', 'lead');
    t.is((await story.show('leaf')).parent, 'main');
    t.regex(await readFile(join(story.actorHome, 'sessions', 'leaf.kdl'), 'utf8'), /^ {4}parent "main"$/m);
    await story.ok('run', 'leaf', 'echo done', '--wait');
    t.true((await story.told()).some(line => line.includes('leaf completed')));
  },
);

test.serial(
  'the children of a session whose file a person removed go to its parent as well, also while no daemon lives',
  async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('lead', '--no-worktree');
    await story.make('sub', '--no-worktree', { env: { ACTOR_NAME: 'lead' } });
    await story.make('leaf', '--no-worktree', { env: { ACTOR_NAME: 'sub' } });
    await story.killDaemon();
    await rm(join(story.actorHome, 'sessions', 'sub.kdl'));
    t.is((await story.show('leaf')).parent, 'lead');
    t.regex(await readFile(join(story.actorHome, 'sessions', 'leaf.kdl'), 'utf8'), /^ {4}parent "lead"$/m);
  },
);

test.serial(
  'a main is called after its repository, however long that is and whatever stands in it',
  async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    const name = `${'a'.repeat(54)}.web`;
    const cwd = await story.repository(name);
    t.is(await story.ok('--detach', 'shell', { cwd }), `main-${name}`);
  },
);

test.serial('a session is no main, whether its agent runs or not', async t => {
  const story = await tell(t);
  await story.make('fix');
  const refused = async () => {
    const { code, stdout, stderr } = await story.actor('--detach', '--name', 'fix', 'shell');
    t.deepEqual([code, stdout], [2, '']);
    t.is(stderr, 'actor: fix is a session, no main\nhint: actor attach fix\n');
  };
  await refused();
  await story.ok('run', 'fix', 'true', '--wait');
  await refused();
});

test('a repository has one main, and a main one repository', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  t.regex(await story.ok('--detach', '--name', 'MAIN', 'shell'), /main/);
  const second = await story.actor('--detach', '--name', 'main-two', 'shell');
  t.is(second.code, 2);
  t.regex(second.stderr, /the main of this repository is main\nhint: actor attach main/);
  await story.ok('down', 'main');
  const other = await story.repository('other');
  const away = await story.actor('--detach', '--name', 'main', 'shell', { cwd: other });
  t.is(away.code, 2);
  t.true(away.stderr.includes(`main is the main of ${story.repo}`), away.stderr);
  t.is((await story.show('main')).repo, story.repo);
  await story.ok('--detach', '--name', 'main-two', 'shell', { cwd: other });
  t.is((await story.show('main-two')).repo, other);
});
