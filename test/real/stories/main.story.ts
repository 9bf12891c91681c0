/** A main that was away. */
import test from 'ava';
import { UNASKED, withStage } from '../stage.js';

test.serial('without a main its completions wait, and the next main begins with them', async t => {
  const stage = await withStage(t);
  await stage.startMain();
  await stage.actor('down', 'main');
  await stage.actor(
    ...[
      'new',
      'alone',
      '--agent',
      'claude',
      ...UNASKED.claude,
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

/** So much that no door takes it at once. */
const MANY = 60;

for (const [what, options] of [
  ['a claude', { agents: ['claude'] }],
  ['a claude by documented means', { agents: ['claude'], documentedOnly: true }],
  ['a codex', { agents: ['codex'] }],
] as const)
  test.serial(`however much waited for ${what}, its model is given all of it, each once`, async t => {
    const stage = await withStage(t, options);
    await stage.actor('new', 'worker', '--agent', 'shell', '--no-worktree');
    for (let count = 1; count <= MANY; count++)
      await stage.actor('run', 'worker', `head -c 6000 /dev/zero | tr '\\0' x; echo ' number ${count}.'`);
    const events = await stage.eventually(
      () => stage.events('worker', 'completed'),
      found => found.length === MANY,
    );
    await stage.startMain();
    for (let waiting = MANY; waiting > 0; ) {
      await stage.actor('run', 'main', 'REPLY:go on', '--wait');
      // A model that has just been given something is given the next at once; the rest comes with a prompt.
      await stage.reaches('main', 'idle');
      waiting = (await stage.show('main')).waiting_events;
    }
    const told = (await stage.told('main')).map(({ id }) => id);
    t.deepEqual([...new Set(told)], told, 'each once');
    t.deepEqual(
      told,
      events.map(({ id }) => id),
      'in order',
    );
    const given = (await stage.given('main')).join('\n');
    const numbers = [...given.matchAll(/x number (\d+)\./g)].map(([, number]) => Number(number));
    t.deepEqual(
      numbers,
      events.map((_, index) => index + 1),
      'with what was said',
    );
  });
