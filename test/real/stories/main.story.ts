/** A main that was away. */
import test from 'ava';
import { UNASKED, withStage } from '../stage.js';

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
