/** after-run is told of turns, and nobody waits for it. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/processes.js';
import { eventually } from '../helpers/wait.js';
import { begun, gate, hooks, open } from './hook-stories.js';
import { tell } from './story.js';

test.serial(
  'after-run is told how each turn ended, with the whole message, in order, one at a time',
  async t => {
    const story = await tell(t);
    await hooks(story, {
      'after-run':
        '[ ! -e ~/busy ] || echo overlap >>~/told; touch ~/busy; sleep 0.3; stat -c %a "$ACTOR_MESSAGE_FILE" >>~/modes; ' +
        'echo "$ACTOR_TURN $ACTOR_OUTCOME $(tail -n 1 "$ACTOR_MESSAGE_FILE") $MINE" >>~/told; ' +
        'echo "$ACTOR_DURATION_MS" >>~/times; echo "$ACTOR_MESSAGE_FILE" >~/where; rm ~/busy',
    });
    await story.make('fix', '-p', 'seq 1 900', { env: { MINE: 'first' } });
    await story.ok('run', 'fix', 'echo bad; false', { env: { MINE: 'second' } });
    await story.ok('run', 'fix', 'sleep 300', { env: { MINE: 'third' } });
    await story.until('fix', ({ turn }) => turn?.id === 3);
    await story.ok('stop', 'fix');
    await story.actor('run', 'fix', 'kill -9 $$', { env: { MINE: 'fourth' } });
    await begun(story, 'told', 'fourth');
    const lines = (await story.file('told')).trim().split('\n');
    t.deepEqual(
      lines.map(line =>
        line
          .split(' ')
          .filter((_, index) => index < 2)
          .join(' '),
      ),
      ['1 completed', '2 failed', '3 stopped', '4 lost'],
    );
    t.is(lines[0], '1 completed 900 first');
    t.deepEqual([...new Set((await story.file('modes')).trim().split('\n'))], ['600']);
    t.true(
      (await story.file('times'))
        .trim()
        .split('\n')
        .every(time => /^\d+$/.test(time)),
    );
    const file = (await story.file('where')).trim();
    await eventually(
      () => existsSync(file),
      there => !there,
    );
  },
);

test.serial('an after-run delays nothing, however bad it is, and its failure is in the log', async t => {
  const story = await tell(t);
  await hooks(story, { 'after-run': 'echo never mind; sleep 300' }, 2);
  await story.make('fix', '-p', 'echo one', '--wait');
  t.is(await story.ok('run', 'fix', 'echo two', '--wait'), 'two');
  t.is((await story.show('fix')).status, 'idle');
  const log = async () => {
    const files = (await readdir(story.actorHome)).filter(name => name.startsWith('daemon.log.'));
    return (await Promise.all(files.map(name => readFile(join(story.actorHome, name), 'utf8')))).join('');
  };
  await eventually(log, text =>
    /fix: turn 2: the after-run hook did not end within 2 s.*\| {3}never mind/.test(text),
  );
});

test.serial(
  'an after-run that works in a worktree which is discarded is ended, and keeps nothing',
  async t => {
    const story = await tell(t);
    await hooks(story, {
      'after-run': 'echo $$ >~/told; while :; do date >late.txt; rm late.txt; sleep 0.05; done',
    });
    await story.make('fix', '-p', 'true', '--wait');
    const pid = Number(await begun(story, 'told'));
    await story.ok('discard', 'fix', '--force');
    t.false(await isAlive(pid));
    t.deepEqual(await story.list(), []);
  },
);

test.serial('what after-run began goes on when the daemon ends', async t => {
  const story = await tell(t);
  await hooks(story, { 'after-run': `echo begun >~/told; ${gate('go')}; cat "$ACTOR_MESSAGE_FILE" >~/end` });
  await story.make('fix', '-p', 'echo hello', '--wait');
  await begun(story, 'told');
  await story.ok('daemon', 'restart');
  await story.killDaemon();
  await story.list();
  await open(story, 'go');
  t.is(await begun(story, 'end'), 'hello');
});
