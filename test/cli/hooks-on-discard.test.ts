/** on-discard says instead of the built-in check whether a worktree may go. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually } from '../helpers/wait.js';
import { FACTS, hooks, isNothingLeft, open } from './hook-stories.js';
import { tell } from './story.js';

test.serial('on-discard decides instead of the built-in check', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-discard': `(${FACTS}) >~/facts; cat verdict; exit "$(cat verdict)"` });
  await story.make('fix', '-p', 'echo 3 >verdict', '--wait');
  const refused = await story.actor('discard', 'fix', { env: { MINE: 'my own' } });
  t.is(refused.code, 4);
  t.regex(refused.stderr, /fix is kept: the on-discard hook ended with exit status 3\n {2}3$/m);
  t.regex(refused.stderr, /^hint: actor discard --force fix/m);
  const { dir, status } = await story.show('fix');
  t.is(status, 'idle', 'its agent goes on');
  t.regex(await story.file('facts'), new RegExp(`^${dir}\n[^]*ACTOR_NAME=fix\n[^]*MINE=my own`));

  // Untracked: the built-in check would refuse. What was allowed to go lies in the trash all the same.
  await writeFile(join(dir, 'verdict'), '0');
  await story.ok('discard', 'fix');
  t.deepEqual(await isNothingLeft(story), ['fix']);
  const [entry] = await readdir(join(story.actorHome, 'trash'));
  t.is(await readFile(join(story.actorHome, 'trash', entry ?? '', 'worktree', 'verdict'), 'utf8'), '0');
});

test.serial('an on-discard over its time refuses; --force does not ask', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-discard': 'echo x >>~/asked; sleep 300' }, 3);
  await story.make('fix');
  const { code, stderr } = await story.actor('discard', 'fix');
  t.is(code, 4);
  t.regex(stderr, /did not end within 3 s/);
  await story.ok('discard', 'fix', '--force');
  t.is(await story.file('asked'), 'x\n');
});

test.serial('what changed since on-discard said yes makes the second look refuse', async t => {
  const story = await tell(t);
  await hooks(story, { 'on-discard': 'true' });
  await story.make('fix', '-p', 'echo known >known.txt', '--wait');
  const writer = `trap 'echo late > late.txt; exit' HUP TERM; touch ~/ready; while :; do sleep 0.05; done`;
  await story.ok('run', 'fix', writer);
  await eventually(() => existsSync(join(story.home, 'ready')), Boolean);
  const { code, stderr } = await story.actor('discard', 'fix');
  t.is(code, 4, stderr);
  t.regex(stderr, /late\.txt/);
  const { dir, status } = await story.show('fix');
  t.is(status, 'ended');
  t.true((await stat(join(dir, 'late.txt'))).isFile());
  await story.ok('discard', 'fix');
});

test.serial(
  'of several, on-discard is asked once each, and none is touched when one is to be kept',
  async t => {
    const story = await tell(t);
    await hooks(story, {
      'on-discard': 'echo $ACTOR_NAME >>~/asked; [ ! -e ~/closed ] || [ $ACTOR_NAME = one ]',
    });
    await story.make('one');
    await story.make('two');
    await open(story, 'closed');
    t.is((await story.actor('discard', 'one', 'two')).code, 4);
    t.is((await story.list()).length, 2);
    await story.run('rm', ['closed', 'asked']);
    await story.ok('discard', 'one', 'two');
    t.is(await story.file('asked'), 'one\ntwo\n');
  },
);
