/** Codex and claude side by side, and a codex that is told. */
import test from 'ava';
import { holds } from '../../helpers/wait.js';
import { withStage } from '../stage.js';

test.serial('a claude main is told how codex sessions end', async t => {
  const stage = await withStage(t, { agents: ['claude', 'codex'] });
  await stage.startMain();
  await stage.start('completes', 'REPLY:all is well', { agent: 'codex' });
  await stage.start('fails', 'FAIL:400', { agent: 'codex' });
  const events = [await stage.event('completes', 'completed'), await stage.event('fails', 'failed')];
  t.is(events[0]!.message, 'all is well');
  await stage.isTold('main', events);
});

test.serial('a codex main is told with its first prompt, with a draft, and after its turn', async t => {
  const stage = await withStage(t, { agents: ['codex'] });
  await stage.startMain();
  await stage.actor('new', 'worker', '--agent', 'shell', 'echo first');
  const first = await stage.event('worker', 'completed');
  await stage.eventually(
    () => stage.show('main'),
    ({ waiting_events }) => waiting_events === 1,
  );
  await stage.speak('main', 'REPLY:I am here');
  await stage.isTold('main', [first]);

  await stage.reaches('main', 'idle');
  await stage.type('main', 'a draft');
  await stage.shows('main', /^› a draft$/m);
  await stage.actor('run', 'worker', 'echo second', '--wait');
  const second = await stage.event('worker', 'completed', 2);
  await stage.isTold('main', [first, second]);
  await holds(
    () => stage.screen('main'),
    screen => /^› a draft$/m.test(screen),
    1000,
  );
  t.false((await stage.prompts()).some(prompt => prompt.includes('a draft')));
  await stage.press('main', 'C-u');

  await stage.reaches('main', 'idle');
  await stage.speak('main', 'HOLD:main REPLY:a long answer');
  await stage.reaches('main', 'working');
  await stage.actor('run', 'worker', 'echo third', '--wait');
  const third = await stage.event('worker', 'completed', 3);
  t.is((await stage.show('main')).status, 'working', 'main was still mid-turn');
  await stage.release('main');
  await stage.isTold('main', [first, second, third]);
});
