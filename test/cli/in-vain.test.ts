/** Who waits is told what is waited for, and waits no longer than something may still come. */
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { begun, gate } from './hook-stories.js';
import { tell } from './story.js';

test.serial('an agent that cannot start is told to whoever ran it, and the prompts are kept', async t => {
  const story = await tell(t);
  await story.make('fix');
  const { dir } = await story.show('fix');
  await rename(dir, `${dir}.away`);
  for (const args of [['--wait'], []]) {
    const { code, stdout, stderr } = await story.actor('run', 'fix', 'echo ran >> ~/ran', ...args);
    t.deepEqual([code, stdout], [1, '']);
    t.regex(stderr, /^actor: the directory of fix is gone: /m);
  }
  t.is((await story.actor('run', 'fix')).code, 1);
  t.is((await story.show('fix')).held, 2);
  await rename(`${dir}.away`, dir);
  t.is(await story.ok('run', 'fix'), 'resumed');
  await story.ok('wait', 'fix');
  t.is(await story.file('ran'), 'ran\nran\n');
});

test.serial('run --wait ends when the agent before its prompt has gone', async t => {
  const story = await tell(t);
  await story.make('fix', 'until [ -e ~/go ]; do sleep 0.02; done; kill -9 $$');
  await story.until('fix', ({ status }) => status === 'working');
  const waiting = story.actor('run', 'fix', 'echo ran >> ~/ran', '--wait');
  await story.until('fix', ({ queued }) => queued === 1);
  await story.run('touch', ['go']);
  const { code, stderr } = await waiting;
  t.is(code, 5);
  t.regex(stderr, /^actor: the agent of fix is gone; the prompt is held\nhint: actor run fix$/m);
  await story.ok('run', 'fix', 'true', '--wait');
  t.is(await story.file('ran'), 'ran\n');
});

test.serial('run --wait says that its prompt is held, and goes on once it is not', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  const waiting = story.actor('run', 'fix', 'echo ran', '--wait');
  await story.until('fix', ({ queued }) => queued === 1);
  await story.ok('stop', 'fix');
  t.is((await story.show('fix')).held, 1);
  await story.ok('run', 'fix', 'true', '--wait');
  const { code, stdout, stderr } = await waiting;
  t.deepEqual([code, stdout], [0, 'ran\n']);
  t.regex(stderr, /^fix: its prompts are held/m);
});

test.serial('run --wait says that a person has begun to type', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.type('fix', 'half');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.includes('half'),
  );
  const waiting = story.actor('run', 'fix', 'echo ran', '--wait');
  await story.until('fix', ({ held }) => held === 1);
  await story.press('fix', 'C-u');
  const { code, stdout, stderr } = await waiting;
  t.deepEqual([code, stdout], [0, 'ran\n']);
  t.regex(stderr, /^fix: held: draft/m);
});

test.serial('stop of several tells of each, and what --clear dropped, though one goes on', async t => {
  const story = await tell(t);
  await story.make('good', 'sleep 60');
  await story.make('bad', `(trap '' INT; echo x > ~/deaf; ${gate('go')})`);
  await begun(story, 'deaf');
  for (const name of ['good', 'bad']) {
    await story.until(name, ({ status }) => status === 'working');
    await story.ok('run', name, `echo next of ${name}`);
  }
  const { code, stderr } = await story.actor('stop', '--clear', 'good', 'bad');
  t.is(code, 1);
  t.regex(stderr, /bad was interrupted, but its turn goes on/);
  t.regex(stderr, /^stopped good$/m);
  t.regex(stderr, /^dropped of good: p\d+ {2}echo next of good$/m);
  t.regex(stderr, /^dropped of bad: p\d+ {2}echo next of bad$/m);
  await story.run('touch', ['go']);
});

test.serial('a daemon that does not answer is named, waited for, and may be killed', async t => {
  const story = await tell(t);
  await story.ok('list');
  const pid = await story.daemonPid();
  process.kill(pid, 'SIGSTOP');
  const told = execa(process.execPath, [join(packageRoot, 'dist', 'actor.cjs'), 'list'], {
    cwd: story.repo,
    env: story.env,
    extendEnv: false,
    stdin: 'ignore',
  });
  let said = '';
  told.stderr.on('data', text => {
    said += text;
  });
  await eventually(
    () => said,
    text => text.includes(`the daemon (pid ${pid}) has not answered for 5 s`),
  );
  process.kill(pid, 'SIGKILL');
  await told;
  t.not(await story.daemonPid(), pid);
});

test.serial('a prompt for a session that is discarded while it is checked is not submitted', async t => {
  const story = await tell(t);
  await story.make('fix', '--no-worktree');
  const checks = 'case "$*" in *" -n"*) touch ~/checks; until [ -e ~/go ]; do sleep 0.02; done ;; esac';
  await writeFile(join(story.bin, 'bash'), `#!/bin/sh\n${checks}\nexec /bin/bash "$@"\n`, { mode: 0o755 });
  const running = story.actor('run', 'fix', 'true');
  await eventually(
    () => existsSync(join(story.home, 'checks')),
    exists => exists,
  );
  await story.ok('discard', 'fix');
  await writeFile(join(story.home, 'go'), '');
  const { code, stdout, stderr } = await running;
  t.deepEqual([code, stdout], [3, '']);
  t.regex(stderr, /no session fix/);
});
