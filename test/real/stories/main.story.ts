/** Completions on their way to a claude main. */
import test from 'ava';
import { UNASKED, withStage } from '../stage.js';

test('completions come to an idle main and to one that is mid-turn, each once', async t => {
  const stage = await withStage(t);
  await stage.startMain();
  await stage.start('first', 'REPLY:one');
  const first = await stage.event('first', 'completed');
  await stage.isTold('main', [first]);
  await stage.reaches('main', 'idle');
  await stage.actor('run', 'main', 'SLEEP:4 REPLY:busy');
  await stage.reaches('main', 'working');
  await stage.start('second', 'REPLY:two');
  const second = await stage.event('second', 'completed');
  await stage.isTold('main', [first, second]);
});

for (const fault of ['after-completed', 'after-offered', 'after-handed'] as const)
  test(`the daemon dies ${fault}: main is told, twice only if marked so`, async t => {
    const stage = await withStage(t);
    await stage.startMain();
    await stage.actor('new', 'worker', '--agent', 'claude');
    await stage.actor('daemon', 'stop');
    await stage.actor('daemon', 'start', { env: { ACTOR_FAULT: fault } });
    const armed = await stage.daemonPid();
    await stage.try('run', 'worker', 'REPLY:done');
    await stage.eventually(
      async () => {
        await stage.try('list');
        return stage.daemonPid();
      },
      pid => pid !== armed,
    );
    const completed = await stage.event('worker', 'completed');
    const told = await stage.eventually(
      () => stage.told('main'),
      found => found.some(({ id }) => id === completed.id),
    );
    await stage.eventually(
      () => stage.show('main'),
      ({ waiting_events }) => waiting_events === 0,
    );
    const tellings = (await stage.told('main')).filter(({ id }) => id === completed.id);
    t.is(
      tellings.filter(({ redelivered }) => !redelivered).length,
      told.some(each => !each.redelivered) ? 1 : 0,
    );
    t.true(tellings.length <= 2 && tellings.slice(1).every(({ redelivered }) => redelivered));
    if (fault === 'after-completed') t.is(tellings.length, 1);
    t.is((await stage.events('worker', 'completed')).length, 1);
  });

test('without a main its completions wait, and the next main begins with them', async t => {
  const stage = await withStage(t);
  await stage.startMain();
  await stage.actor('down', 'main');
  await stage.actor(
    ...[
      'new',
      'alone',
      '--agent',
      'claude',
      ...UNASKED,
      '--purpose',
      'what is done alone',
      'REPLY:nobody there',
    ],
  );
  const completed = await stage.event('alone', 'completed');
  t.is((await stage.show('main')).waiting_events, 1);
  await stage.startMain();
  await stage.isTold('main', [completed]);
  const roster = (part: string) =>
    stage.eventually(
      async () => JSON.stringify(await stage.transcript('main')),
      text => text.includes('Sessions that you coordinate') && text.includes(part),
    );
  await roster('alone — what is done alone (idle; claude; branch alone');

  // After /clear the conversation is a new one, and it is told anew.
  const { conversation } = await stage.show('main');
  await stage.reaches('main', 'idle');
  await stage.actor('run', 'main', '--slash', '/clear');
  await stage.eventually(
    () => stage.show('main'),
    main => main.conversation !== conversation,
  );
  await stage.actor('run', 'main', 'REPLY:who am I?');
  await stage.event('main', 'completed', 2);
  await roster('alone — what is done alone');
});
