/** The daemon dies at each step of each operation, the hardest way; the next command finds out what became of it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { untilGone } from '../../cli/client/connect.js';
import { findHome } from '../../cli/client/home.js';
import { eventually, holds } from '../helpers/wait.js';
import { tell } from './story.js';

for (const fault of ['after-queued', 'after-load', 'after-sending', 'after-paste', 'after-completed'])
  test(`a prompt whose daemon dies ${fault} runs once, is told once, and answered`, async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('fix', 'true');
    await story.ok('wait', 'fix');
    await story.arm(fault);
    const armed = await story.daemonPid();
    t.is(await story.ok('run', 'fix', 'echo ran | tee -a ~/ran.txt', '--wait'), 'ran');
    t.is(await story.file('ran.txt'), 'ran\n');
    t.is((await story.events('--session', 'fix', '--type', 'completed')).length, 2);
    t.is((await story.told()).filter(line => /^\[actor\] fix completed/.test(line)).length, 2);
    // It may have answered before.
    t.not(await story.daemonPid(), armed, 'it did die');
  });

for (const fault of ['after-mail-draft', 'after-offered', 'after-handed'])
  test(`a completion whose daemon dies ${fault} is told once, and answered`, async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('fix');
    await story.arm(fault);
    const armed = await story.daemonPid();
    t.is(await story.ok('run', 'fix', 'echo done', '--wait'), 'done');
    const told = await story.told();
    t.not(await story.daemonPid(), armed, 'it did die');
    t.deepEqual(
      told.map(line => line.replace(/\(\d+m?s\)/, '(N)')),
      ['[actor] fix completed (N): done'],
    );
  });

test('a death between the record of an inbox file and its deletion repeats nothing', async t => {
  const story = await tell(t);
  await story.make('fix');
  await story.arm('after-inbox-record');
  const armed = await story.daemonPid();
  // The death of the shell comes by an inbox file of a tmux hook.
  await story.actor('run', 'fix', 'kill -9 $$');
  await story.until('fix', ({ status }) => status === 'exited');
  t.not(await story.daemonPid(), armed, 'it did die');
  const events = await story.events('--session', 'fix', '--type', 'exited');
  t.deepEqual(
    events.map(({ outcome }) => outcome),
    ['lost'],
  );
});

for (const fault of ['after-worktree', 'after-queued', 'after-launching', 'after-window'])
  test(`a creation whose daemon dies ${fault} is whole, once`, async t => {
    const story = await tell(t);
    await story.ok('list');
    await story.arm(fault);
    const armed = await story.daemonPid();
    t.is(await story.make('fix', '-p', 'echo ran | tee -a ~/ran.txt', '--wait'), 'ran');
    t.not(await story.daemonPid(), armed, 'it did die');
    t.is(await story.file('ran.txt'), 'ran\n');
    t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), ['fix']);
    t.is((await story.tmux('list-windows', '-a', '-F', '#{@actor_name}')).stdout, 'fix\n');
  });

test('mail that cannot be made ready is made ready when it can', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await story.make('fix');
  await story.arm('after-offered');
  const armed = await story.daemonPid();
  await story.ok('run', 'fix', 'echo done');
  const folder = join(story.actorHome, 'mail', 'main');
  const draft = await eventually(
    async () => (await readdir(folder)).find(name => /^\..*\.print$/.test(name)),
    name => name !== undefined,
  );
  t.true(await untilGone(findHome(story.env, '/'), armed));
  const inItsPlace = join(folder, draft!.slice(1));
  await mkdir(inItsPlace);
  await story.ok('list');
  await eventually(
    () => story.ok('daemon', 'logs'),
    log => log.includes('EISDIR'),
  );
  await rmdir(inItsPlace);
  await eventually(
    () => story.told(),
    told => told.length === 1,
  );
});

test('a parent whose mail cannot be written keeps no other parent from being told', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await story.make('boss');
  await story.ok('run', 'boss', 'actor new kid --agent shell', '--wait');
  await story.make('worker');
  await rm(join(story.actorHome, 'mail', 'main'), { recursive: true, force: true });
  await writeFile(join(story.actorHome, 'mail', 'main'), 'a file, where a folder should be');
  await story.ok('run', 'worker', 'echo one', '--wait');
  await story.ok('run', 'kid', 'echo two', '--wait');
  await eventually(
    async () => {
      await story.ok('run', 'boss', 'true', '--wait');
      return (await story.show('boss')).waiting_events;
    },
    waiting => waiting === 0,
    { every: 100 },
  );
  t.true((await story.show('main')).waiting_events > 0);
});

test('run --wait outlives its daemon', async t => {
  const story = await tell(t);
  await story.make('fix');
  const waiting = story.ok('run', 'fix', 'until [ -e ~/go ]; do sleep 0.05; done; echo went', '--wait');
  await story.until('fix', ({ status }) => status === 'working');
  await story.killDaemon();
  await story.run('touch', ['go']);
  t.is(await waiting, 'went');
});

for (const verb of ['down', 'discard'])
  test(`an agent whose daemon dies as it begins to end it, for ${verb}, is ended by the next one`, async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await story.make('fix', 'true', '--wait');
    await story.arm('after-ending');
    t.is((await story.actor(verb, 'fix')).code, 1);
    await story.until('fix', ({ status, pid }) => status === 'ended' && pid === null);
    t.is(await story.ok('run', 'fix', 'echo again', '--wait'), 'again');
    t.deepEqual(await story.events('--type', 'exited'), []);
  });

test('a daemon that is replaced leaves the agents alone', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  const { pid } = await story.show('fix');
  const before = await story.daemonPid();
  await story.ok('daemon', 'restart');
  t.not(await story.daemonPid(), before);
  t.is((await story.show('fix')).pid, pid);
});

for (const [where, env] of [
  ['a window', { ACTOR_NAME: 'fix' }],
  ['a terminal', {}],
] as const)
  test(`a command in ${where} that meets a daemon which takes its time to end is answered by the next one`, async t => {
    const story = await tell(t);
    await story.make('fix', 'true');
    await story.ok('wait', 'fix');
    const pid = await story.daemonPid();
    const socket = join(story.actorHome, 'daemon.sock');
    // As it is while it ends: it listens no more, and is there still.
    process.kill(pid, 'SIGSTOP');
    await rm(socket);
    const listed = story.actor('list', { env });
    await holds(
      () => existsSync(socket),
      isThere => !isThere,
      1500,
    );
    process.kill(pid, 'SIGKILL');
    const { code, stderr } = await listed;
    t.is(code, 0, stderr);
  });
