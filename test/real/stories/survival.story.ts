/** Agents, and the tmux server under all of them, are killed; conversations go on. */
import test from 'ava';
import { kill, withStage } from '../stage.js';

test('the tmux server is killed: run resumes every session, main begins anew and is told what happened', async t => {
  const stage = await withStage(t);
  await stage.startMain();
  await stage.start('rests', 'REPLY:one');
  await stage.event('rests', 'completed');
  await stage.start('works', 'SLEEP:100 REPLY:never said');
  await stage.reaches('works', 'working');
  const conversations = [await stage.show('rests'), await stage.show('works')].map(each => each.conversation);
  await kill(Number((await stage.tmux('display-message', '-p', '#{pid}')).trim()));
  const exits = [await stage.event('rests', 'exited'), await stage.event('works', 'exited')];
  t.deepEqual(
    exits.map(({ outcome }) => outcome),
    [null, 'lost'],
  );
  t.is(await stage.actor('run', 'rests', 'REPLY:two', '--wait'), 'two\n');
  t.is(await stage.actor('run', 'works', 'REPLY:three', '--wait'), 'three\n');
  t.deepEqual(
    [await stage.show('rests'), await stage.show('works')].map(each => each.conversation),
    conversations,
  );
  await stage.startMain();
  const ids = exits.map(({ id }) => id);
  await stage.eventually(
    () => stage.told('main'),
    told => ids.every(id => told.some(each => each.id === id)),
  );
  const told = (await stage.told('main')).map(({ id }) => id);
  t.is(new Set(told).size, told.length, 'each once');
});
