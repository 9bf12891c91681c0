/** A daemon is started for one vacancy: whoever comes late finds it filled, even when that daemon has ended meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { daemonsOf } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually, holds } from '../helpers/wait.js';
import { begun, goOn, late } from './late.js';
import { type Story, tell } from './story.js';

/** Starts a daemon as a client does. */
function start(story: Story, words: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(packageRoot, 'dist', 'daemon.cjs'), ...words], {
    env: { ...story.env, ...env },
    stdio: 'ignore',
    detached: true,
  });
}

async function endsByItself(story: Story): Promise<void> {
  await goOn(story);
  await eventually(
    () => daemonsOf(story.actorHome),
    ({ length }) => length === 0,
  );
}

test.serial('a daemon that comes after the one that was first, and was ended, takes no place', async t => {
  const story = await tell(t);
  const slow = story.actor('list', { env: await late(story, 'started') });
  await begun(story);
  await story.ok('daemon', 'start');
  t.is((await slow).code, 0);
  await story.ok('daemon', 'stop');
  await endsByItself(story);
  t.false(existsSync(join(story.actorHome, 'daemon.pid')));
  t.is(await story.ok('list'), '');
});

test.serial(
  'one that was started beside a daemon that did not answer yet takes no place after it',
  async t => {
    const story = await tell(t);
    await story.ok('daemon', 'start');
    start(story, await readdir(join(story.actorHome, 'owner')), await late(story, 'started'));
    await begun(story);
    await story.ok('daemon', 'stop');
    await endsByItself(story);
    t.false(existsSync(join(story.actorHome, 'daemon.pid')));
  },
);

test.serial('one that was started for a daemon that is killed meanwhile takes its place', async t => {
  const story = await tell(t);
  await story.ok('daemon', 'start');
  const generation = await readdir(join(story.actorHome, 'owner'));
  const inVain = start(story, generation);
  t.is(await new Promise(resolve => inVain.once('exit', resolve)), 0, 'while it lives there is no vacancy');
  await story.killDaemon();
  start(story, generation);
  await eventually(
    () => story.actor('daemon', 'status'),
    ({ code }) => code === 0,
  );
});

test.serial('a daemon that does not answer yet is there: it is waited for, and ended', async t => {
  const story = await tell(t);
  const { pid } = start(story, [], await late(story, 'claimed'));
  await begun(story);
  const list = story.actor('list');
  const status = story.actor('daemon', 'status');
  await holds(
    () => daemonsOf(story.actorHome),
    found => found.length === 1 && found[0]?.pid === pid,
  );
  await goOn(story);
  t.deepEqual([(await list).code, (await status).code], [0, 0]);
  await story.ok('daemon', 'stop');
  await story.run('rm', ['go', 'late']);

  const next = start(story, [], await late(story, 'claimed'));
  await begun(story);
  const stopped = story.ok('daemon', 'stop');
  await goOn(story);
  t.is(await stopped, `ended (pid ${next.pid}); agents go on`);
  t.deepEqual(await daemonsOf(story.actorHome), []);
});
