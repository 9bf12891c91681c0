import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { ActorEvent } from '../../cli/protocol.js';
import { Rpc } from '../helpers/rpc.js';
import { eventually } from '../helpers/wait.js';
import { gate, open } from './hook-stories.js';
import { tell } from './story.js';

test.serial('wait waits for all, prints a line each, and exits 5 when one did not complete', async t => {
  const story = await tell(t);
  await story.make('good', 'sleep 0.5; echo fine');
  await story.make('bad', 'sleep 0.2; false');
  const { code, stdout } = await story.actor('wait');
  t.is(code, 5);
  t.deepEqual(stdout.trim().split('\n').sort(), [
    'bad  idle  failed (exit_status): exit status 1',
    'good  idle  completed: fine',
  ]);
});

test.serial('wait --any ends with the first', async t => {
  const story = await tell(t);
  await story.make('slow', 'sleep 60');
  await story.make('fast', 'sleep 0.2');
  const waited = JSON.parse(await story.ok('wait', '--any', '--json')) as { name: string }[];
  t.deepEqual(
    waited.map(({ name }) => name),
    ['fast'],
  );
});

test.serial('wait gives up after its time with 124, and the turn goes on', async t => {
  const story = await tell(t);
  await story.make('slow', 'sleep 60');
  await story.until('slow', ({ status }) => status === 'working');
  const { code, stderr } = await story.actor('wait', 'slow', '--timeout', '300ms');
  t.is(code, 124);
  t.regex(stderr, /300ms/);
  t.is((await story.show('slow')).status, 'working');
});

test.serial('run --wait --timeout gives up with 124, and the turn goes on', async t => {
  const story = await tell(t);
  await story.make('slow', 'true', '--wait');
  t.is((await story.actor('run', 'slow', 'sleep 60', '--wait', '--timeout', '0.5')).code, 124);
  t.is((await story.until('slow', ({ turn }) => turn !== null)).turn?.prompt, 'sleep 60');
});

test.serial('wait counts held prompts as settled', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'true');
  await story.ok('stop', 'fix');
  t.is((await story.actor('wait', 'fix', '--timeout', '5')).code, 5, 'its last turn was stopped');
});

test.serial('run --wait goes on over the death of the daemon', async t => {
  const story = await tell(t);
  await story.make('fix');
  const waiting = story.ok('run', 'fix', `${gate('go')}; echo x >> ~/ran; echo done`, '--wait');
  await story.until('fix', ({ status }) => status === 'working');
  await story.killDaemon();
  await open(story, 'go');
  t.is(await waiting, 'done');
  t.is(await story.file('ran'), 'x\n');
});

test.serial('turns that end in one moment are each told, and run --wait tells of its own', async t => {
  const story = await tell(t);
  await story.make('fix');
  const waiting = story.ok('run', 'fix', 'until [ -e ~/go ]; do sleep 0.05; done; echo first', '--wait');
  await story.until('fix', ({ status }) => status === 'working');
  // What a person types ahead becomes a turn at once; a daemon that is slow reads both ends together.
  await story.type('fix', 'echo second; sleep 0.1');
  await story.press('fix', 'Enter');
  await story.type('fix', 'touch ~/third');
  await story.press('fix', 'Enter');
  const pid = await story.daemonPid();
  process.kill(pid, 'SIGSTOP');
  await story.run('touch', ['go']);
  await eventually(
    () => readdir(story.home),
    names => names.includes('third'),
  );
  process.kill(pid, 'SIGCONT');
  t.regex(await waiting, /first$/);
  await story.until('fix', ({ last }) => last?.turn === 3);
  t.is((await story.events('--session', 'fix', '--type', 'completed')).length, 3);
});

test.serial('who asks again for a prompt is told of its turn, whatever ended since', async t => {
  const story = await tell(t);
  const rpc = new Rpc(story);
  await story.make('fix');
  const params = { name: 'fix', slash: false, now: false, timeout_ms: null } as const;
  await rpc.call('run', { ...params, prompt: 'echo first; false', key: 'one', wait: false });
  await rpc.call('run', { ...params, prompt: 'echo second', key: 'two', wait: true });
  await story.killDaemon();
  // As a client does whose daemon was killed before it answered.
  const { outcome, message } = await rpc.call('run', {
    ...params,
    prompt: 'echo first; false',
    key: 'one',
    wait: true,
  });
  t.is(outcome, 'failed');
  t.regex(message ?? '', /first/);
});

test.serial('wait goes on over the death of the daemon', async t => {
  const story = await tell(t);
  await story.make('fix', `${gate('go')}; echo done`);
  const waiting = story.ok('wait', 'fix');
  await story.until('fix', ({ status }) => status === 'working');
  await story.killDaemon();
  await open(story, 'go');
  t.is(await waiting, 'fix  idle  completed: done');
});

test.serial('what happened while no daemon lived is known to the next one', async t => {
  const story = await tell(t);
  await story.make('fix', `${gate('go')}; echo x >> ~/ran; echo done`);
  await story.until('fix', ({ status }) => status === 'working');
  await story.killDaemon();
  await open(story, 'go');
  await eventually(
    () => story.file('ran'),
    ran => ran !== '',
  );
  const { status, message } = await story.until('fix', ({ last }) => last !== null);
  t.deepEqual([status, message], ['idle', 'done']);
});

test.serial('events --since has no gap and no double over a restart of the daemon', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  const before = await story.events();
  await story.killDaemon();
  await story.ok('run', 'fix', 'true', '--wait');
  const after = await story.events('--since', String(before.at(-1)!.id));
  t.deepEqual([...before, ...after], await story.events());
  t.deepEqual(
    [...before, ...after].map(({ id, type }) => [id, type]),
    ['created', 'started', 'turn-started', 'completed', 'turn-started', 'completed'].map((type, index) => [
      index + 1,
      type,
    ]),
  );
});

test.serial('events -f goes on over the death of the daemon, without a gap or a double', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  const lines = join(story.home, 'lines');
  const following = story.run('/bin/sh', ['-c', `exec actor events -f --json > ${lines}`]);
  const seen = async () =>
    (await story.file('lines'))
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as ActorEvent);
  await eventually(seen, events => events.some(({ type }) => type === 'completed'));
  await story.killDaemon();
  await story.ok('run', 'fix', 'true', '--wait');
  await eventually(seen, events => events.filter(({ type }) => type === 'completed').length === 2);
  t.deepEqual(await seen(), await story.events());
  await story.ok('down');
  // It ends with actor down: a run that does not end rejects.
  t.true((await following).code === 0);
});

test.serial('events can be chosen by session and by type', async t => {
  const story = await tell(t);
  await story.make('one', 'true');
  await story.make('two', 'true');
  await story.ok('wait');
  const [event, ...more] = await story.events('--session', 'two', '--type', 'completed');
  t.is(more.length, 0);
  t.like(event, {
    session: 'two',
    type: 'completed',
    outcome: 'completed',
    turn: 1,
    branch: 'two',
    queued: 0,
  });
});
