/** on-start prepares a worktree or forbids it: the session is whole, or nothing of it is there. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/processes.js';
import { FACTS, git, hooks, isNothingLeft } from './hook-stories.js';
import { tell } from './story.js';

test.serial('on-start prepares the worktree, before the agent starts, and is told everything', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-start': `(${FACTS}) >~/facts; cp "$ACTOR_REPO"/app.txt .env; exec sleep 1.5` });
  const { stderr, code } = await story.actor('new', 'fix', '--agent', 'shell', '-p', 'ls .env', '--wait', {
    env: {
      MINE: 'my own',
      ACTOR_LAUNCH: 'of another',
      ACTOR_CONVERSATION: 'of another',
      GIT_DIR: '/nowhere',
    },
  });
  t.is(code, 0, stderr);
  t.regex(stderr, /on-start hook of fix is running/);
  const dir = join(story.actorHome, 'worktrees', 'fix');
  t.deepEqual((await story.file('facts')).trim().split('\n'), [
    dir,
    'ACTOR_AGENT=shell',
    'ACTOR_BASE=main',
    'ACTOR_BRANCH=fix',
    `ACTOR_DIR=${dir}`,
    `ACTOR_HOME=${story.actorHome}`,
    'ACTOR_NAME=fix',
    `ACTOR_REPO=${story.repo}`,
    'MINE=my own',
  ]);
  t.is((await story.show('fix')).message, '.env');
});

test.serial('an on-start that fails rolls the creation back, and its last lines are told', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-start': 'touch junk; echo working; echo "no disk" >&2; exit 3' });
  for (const prompt of [[], ['-p', 'true']]) {
    const { code, stdout, stderr } = await story.actor('new', 'fix', '--agent', 'shell', ...prompt);
    t.deepEqual([code, stdout], [1, ''], stderr);
    t.regex(
      stderr,
      /^actor: fix was not created: the on-start hook ended with exit status 3\n {2}working\n {2}no disk$/m,
    );
    t.deepEqual(await isNothingLeft(story), []);
  }
});

test.serial(
  'an on-start over its time is ended with its children, and the creation is rolled back',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'on-start': 'sleep 300 & echo $! >~/child; echo begun; wait' }, 3);
    const { code, stderr } = await story.actor('new', 'fix', '--agent', 'shell');
    t.is(code, 1);
    t.regex(stderr, /on-start hook did not end within 3 s, and was ended\n {2}begun/);
    t.false(await isAlive(Number(await story.file('child'))));
    t.deepEqual(await isNothingLeft(story), []);
  },
);

test.serial('a branch that was there, or on which on-start committed, is kept by the roll-back', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-start': 'git commit -q --allow-empty -m "by the hook"; exit 1' });
  await git(story, 'branch', 'old');
  t.is((await story.actor('new', 'one', '--agent', 'shell')).code, 1);
  t.is((await story.actor('new', 'two', '--agent', 'shell', '--branch', 'old')).code, 1);
  t.is(await git(story, 'log', '-1', '--format=%s', 'one'), 'by the hook');
  t.is(await git(story, 'log', '-1', '--format=%s', 'old'), 'by the hook');
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
});

test.serial(
  'on-start is not for sessions without a worktree, and an on-start that removes the worktree made none',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'on-start': 'rm -rf "$ACTOR_DIR"' });
    await story.make('here', '--no-worktree');
    t.true(existsSync(story.repo));
    const { code, stderr } = await story.actor('new', 'fix', '--agent', 'shell');
    t.is(code, 1);
    t.regex(stderr, /the on-start hook removed its worktree/);
    await story.ok('discard', 'here');
    t.deepEqual(await isNothingLeft(story), []);
  },
);

test.serial('an on-start whose daemon is killed by it is done again, and the session is whole', async t => {
  const story = await tell(t);
  await hooks(story, {
    'on-start':
      'echo run >>~/runs; [ -e ~/killed ] || { touch ~/killed half; kill -9 $(cat $ACTOR_HOME/daemon.pid); sleep 300; }; touch prepared',
  });
  const { code, stderr } = await story.actor(
    'new',
    'fix',
    '--agent',
    'shell',
    '-p',
    'ls | grep -v README',
    '--wait',
  );
  t.is(code, 0, stderr);
  t.is(await story.file('runs'), 'run\nrun\n');
  t.is((await story.show('fix')).message, 'app.txt\nprepared', 'nothing of the first try is in it');
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), ['fix']);
});

test.serial(
  'an on-start that kills every daemon ends in a creation that failed, and a home that works',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'on-start': 'kill -9 $(cat $ACTOR_HOME/daemon.pid); sleep 300' });
    const { code, stderr } = await story.actor('new', 'fix', '--agent', 'shell', { timeout: 50_000 });
    t.is(code, 1);
    t.regex(
      stderr,
      /fix was not created: the on-start hook is not run again: 3 daemons died over it|the daemon ended before it answered/,
    );
    t.deepEqual(await isNothingLeft(story), []);
  },
);
