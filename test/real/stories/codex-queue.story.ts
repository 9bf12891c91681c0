/** What becomes of events in codex's own queue when codex is killed, interrupted, or in another conversation. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { holds } from '../../helpers/wait.js';
import { areAccepted, beforeQueue } from '../codex-queue.js';
import { kill, type Stage, withStage } from '../stage.js';

const agents = ['codex'] as const;

test.serial('a codex is killed with events in its queue: resumed, it is told of them once', async t => {
  const stage = await withStage(t, { agents });
  await stage.start('boss', 'REPLY:here');
  await stage.event('boss', 'completed');
  const [first, second] = await queueMidTurn(stage, 'boss');
  const { pid } = await stage.show('boss');
  await kill(pid!);
  await stage.reaches('boss', 'exited');
  t.is((await stage.show('boss')).waiting_events, 2);
  await stage.actor('run', 'boss', 'REPLY:back');
  const told = await stage.isTold('boss', [first, second]);
  t.false(
    told.some(({ redelivered }) => redelivered),
    'it is known that they were not told',
  );
  await holds(
    () => stage.told('boss'),
    ({ length }) => length === 2,
    12_000,
  );
});

test.serial('a codex main is killed with events in its queue: the next one is told of them', async t => {
  const stage = await withStage(t, { agents });
  await startMain(stage);
  const events = await queueMidTurn(stage, 'main');
  const { pid, conversation } = await stage.show('main');
  await kill(pid!);
  await stage.reaches('main', 'exited');
  await startMain(stage);
  t.not((await stage.show('main')).conversation, conversation);
  const told = await stage.isTold('main', [...events]);
  t.true(
    told.find(({ id }) => id === events[0].id)!.redelivered,
    'who goes back to the old conversation is told there as well',
  );
});

test.serial(
  'after an Esc codex holds its queue back: that is said, and the next prompt brings all',
  async t => {
    const stage = await withStage(t, { agents });
    // A hook that claims events long after the daemon has learnt that the turn begins.
    const slowly = '#!/bin/sh\ncase $1 in */pending) sleep 0.5 ;; esac\nexec /bin/mv "$@"\n';
    await writeFile(join(stage.arena.bin, 'mv'), slowly, { mode: 0o755 });
    await startMain(stage);
    const [first, second] = await queueMidTurn(stage, 'main');
    await stage.press('main', 'Escape');
    await stage.eventually(
      () => stage.show('main'),
      ({ last }) => last?.outcome === 'stopped',
    );
    await stage.actor('run', 'worker', 'echo third', '--wait');
    const third = await stage.event('worker', 'completed', 3);
    t.regex(
      await stage.actor('show', 'main'),
      /events waiting: +3: codex was interrupted, and takes none before/,
    );
    t.regex(await stage.actor('list'), /\(3 events wait for its next prompt\)/);
    await stage.shows('main', /Conversation interrupted[\s\S]*^› /m);
    await holds(
      () => stage.told('main'),
      ({ length }) => length === 0,
      11_000,
    );
    await stage.speak('main', 'REPLY:on we go');
    const told = await stage.isTold('main', [first, second, third]);
    t.deepEqual(
      told.map(({ id }) => id),
      [second.id, third.id, first.id],
      'with the prompt what had not gone to the queue, and after its turn what had',
    );
  },
);

// Codex cuts out the middle of what a hook says beyond 10,000 bytes.
test.serial('after an Esc, too, more events than a hook may tell come whole', async t => {
  const stage = await withStage(t, { agents });
  await startMain(stage);
  await queueMidTurn(stage, 'main');
  await stage.press('main', 'Escape');
  await stage.eventually(
    () => stage.show('main'),
    ({ last }) => last?.outcome === 'stopped',
  );
  for (let count = 3; count <= 12; count++)
    await stage.actor('run', 'worker', `head -c 4000 /dev/zero | tr '\\0' x; echo ' number ${count}.'`);
  const events = await stage.eventually(
    () => stage.events('worker', 'completed'),
    ({ length }) => length === 12,
  );
  await stage.shows('main', /Conversation interrupted[\s\S]*^› /m);
  await stage.speak('main', 'REPLY:on we go');
  await stage.isTold('main', events);
  const given = (await stage.given('main')).join('\n');
  t.is([...given.matchAll(/x{3800,} number \d+\.\n<\/actor-event>/g)].length, 10, 'with all that was said');
});

test.serial(
  'a person begins a new conversation: events in the queue of the old one are told again',
  async t => {
    const stage = await withStage(t, { agents });
    await startMain(stage);
    const { conversation } = await stage.show('main');
    const [first] = await queueMidTurn(stage, 'main');
    await stage.press('main', 'Escape');
    await stage.reaches('main', 'idle');
    await stage.speak('main', '/new');
    await stage.shows('main', /Where should the new conversation run/);
    await stage.press('main', 'Up', 'Enter');
    await stage.eventually(
      () => stage.screen('main'),
      screen => !/Where should|SLEEP:100/.test(screen) && /^› /m.test(screen),
    );
    await stage.speak('main', 'REPLY:another subject');
    await stage.eventually(
      () => stage.show('main'),
      session => session.conversation !== conversation,
    );
    const told = await stage.eventually(
      () => stage.told('main'),
      found => found.some(({ id }) => id === first.id),
    );
    t.true(told.find(({ id }) => id === first.id)!.redelivered);
    await stage.eventually(
      () => stage.show('main'),
      ({ waiting_events }) => waiting_events === 0,
    );
  },
);

test.serial('what codex loses between its queue and the turn is told again', async t => {
  const stage = await withStage(t, { agents });
  // The first message is gone, although codex has taken it.
  await beforeQueue(stage, 'if mkdir ~/swallowed 2> /dev/null; then exit 0; fi');
  await startMain(stage);
  await stage.actor('new', 'worker', '--agent', 'shell', 'echo done');
  const completed = await stage.event('worker', 'completed');
  const [told] = await stage.isTold('main', [completed]);
  t.true(told!.redelivered);
});

/** Codex takes nothing into its queue before its first turn. */
async function startMain(stage: Stage): Promise<void> {
  const { length } = await stage.events('main', 'completed');
  await stage.startMain('codex', 'REPLY:I am here');
  await stage.event('main', 'completed', length + 1);
  await stage.reaches('main', 'idle');
}

/** Lets two events come in a long turn of this session: the first stands in its queue then, the second waits behind it. */
async function queueMidTurn(stage: Stage, name: string) {
  await stage.speak(name, 'SLEEP:100 REPLY:never said');
  await stage.reaches(name, 'working');
  await stage.actor('new', 'worker', '--agent', 'shell', 'echo first', { env: { ACTOR_NAME: name } });
  const first = await stage.event('worker', 'completed');
  await areAccepted(stage, 1);
  await stage.actor('run', 'worker', 'echo second', '--wait');
  return [first, await stage.event('worker', 'completed', 2)] as const;
}
