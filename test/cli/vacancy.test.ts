/** A daemon is started for one vacancy: whoever comes late finds it filled, even when that daemon has ended meanwhile. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { daemonsOf } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** The environment of a daemon that says `late` as soon as it runs, and begins its work when it is let: a slow machine's. */
async function late(story: Story) {
  const file = join(story.root, 'late.cjs');
  await writeFile(
    file,
    `const { existsSync, writeFileSync } = require('node:fs');
     if (process.argv[1].endsWith('daemon.cjs')) {
       writeFileSync(${JSON.stringify(join(story.home, 'late'))}, '');
       const end = Date.now() + 30_000;
       while (Date.now() < end && !existsSync(${JSON.stringify(join(story.home, 'go'))}))
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
     }`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}

const begun = (story: Story) =>
  eventually(
    () => existsSync(join(story.home, 'late')),
    isThere => isThere,
  );

async function endsByItself(story: Story): Promise<void> {
  await story.run('touch', ['go']);
  await eventually(
    () => daemonsOf(story.actorHome),
    ({ length }) => length === 0,
  );
}

test.serial('a daemon that comes after the one that was first, and was ended, takes no place', async t => {
  const story = await tell(t);
  const slow = story.actor('list', { env: await late(story) });
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
    const [generation] = await readdir(join(story.actorHome, 'owner'));
    spawn(process.execPath, [join(packageRoot, 'dist', 'daemon.cjs'), generation!], {
      env: { ...story.env, ...(await late(story)) },
      stdio: 'ignore',
    });
    await begun(story);
    await story.ok('daemon', 'stop');
    await endsByItself(story);
    t.false(existsSync(join(story.actorHome, 'daemon.pid')));
  },
);

test.serial('one that was started for a daemon that is killed meanwhile takes its place', async t => {
  const story = await tell(t);
  await story.ok('daemon', 'start');
  const [generation] = await readdir(join(story.actorHome, 'owner'));
  const late = spawn(process.execPath, [join(packageRoot, 'dist', 'daemon.cjs'), generation!], {
    env: story.env,
    stdio: 'ignore',
  });
  t.is(await new Promise(resolve => late.once('exit', resolve)), 0, 'while it lives there is no vacancy');
  await story.killDaemon();
  spawn(process.execPath, [join(packageRoot, 'dist', 'daemon.cjs'), generation!], {
    env: story.env,
    stdio: 'ignore',
    detached: true,
  }).unref();
  await eventually(
    () => story.actor('daemon', 'status'),
    ({ code }) => code === 0,
  );
});
