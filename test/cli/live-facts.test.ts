/** What the list says of a session's files while they change: nobody has to wait for the end of a turn. */
import { appendFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tell } from './story.js';

test.serial('changes show while the turn runs, when its agent says something', async t => {
  const story = await tell(t);
  await story.make(
    'work',
    '-p',
    'echo begun; until [ -e "$HOME/go" ]; do sleep 0.1; done; seq 5 > new; git add new; echo said; sleep 600',
  );
  // The first look, which every session gets, is over.
  await story.until('work', ({ diff, status }) => diff !== null && status === 'working');
  await writeFile(join(story.home, 'go'), '');
  // The lines are known a moment before the mark.
  const { diff, status } = await story.until(
    'work',
    session => session.diff?.added === 5 && session.dirty === true,
  );
  t.deepEqual({ diff, status }, { diff: { added: 5, deleted: 0 }, status: 'working' });
});

test.serial('a commit from another terminal shows on a session that rests', async t => {
  const story = await tell(t);
  await story.make('rest', '-p', 'true', '--wait');
  const { dir } = await story.until('rest', ({ diff }) => diff !== null);
  await appendFile(join(dir, 'by-hand'), 'one\ntwo\n');
  await story.run('git', ['-C', dir, 'add', 'by-hand']);
  await story.until('rest', ({ diff, dirty }) => diff?.added === 2 && dirty === true);
  await story.run('git', ['-C', dir, 'commit', '--quiet', '--message', 'By hand']);
  const { diff } = await story.until('rest', ({ dirty }) => dirty === false);
  t.deepEqual(diff, { added: 2, deleted: 0 });
});

test.serial(
  'of a worktree whose repository is gone nothing is said, and nothing is logged again and again',
  async t => {
    const story = await tell(t);
    await story.make('left', '-p', 'seq 3 > x; git add x', '--wait');
    await story.until('left', ({ diff, dirty }) => diff?.added === 3 && dirty === true);
    await rename(story.repo, `${story.repo}-moved`);
    const home = { cwd: story.home };
    for (const _ of [1, 2]) await story.ok('run', 'left', 'echo on', '--wait', home);
    await story.until('left', ({ diff, dirty }) => diff === null && dirty === null);
    const logs = (await readdir(story.actorHome)).filter(name => name.startsWith('daemon.log.'));
    for (const log of logs) t.notRegex(await readFile(join(story.actorHome, log), 'utf8'), /its diff/);
    await rename(`${story.repo}-moved`, story.repo);
    await story.ok('run', 'left', 'echo back', '--wait');
    await story.until('left', ({ diff, dirty }) => diff?.added === 3 && dirty === true);
  },
);

test.serial('the next session of a name begins with facts of its own', async t => {
  const story = await tell(t);
  await story.make('again', '-p', 'seq 9 > x; git add x', '--wait');
  await story.until('again', ({ diff }) => diff?.added === 9);
  await story.ok('discard', 'again', '--force');
  const { diff, dirty } = JSON.parse(await story.make('again', '--json'));
  t.deepEqual({ diff, dirty }, { diff: null, dirty: null });
  await story.until('again', session => session.diff?.added === 0 && session.dirty === false);
});

test.serial('a new daemon knows what was changed before anything happens', async t => {
  const story = await tell(t);
  await story.make('work', '-p', 'seq 5 > new; git add new', '--wait');
  await story.until('work', ({ dirty }) => dirty === true);
  await story.killDaemon();
  const { diff, dirty } = await story.until('work', session => session.dirty !== null);
  t.deepEqual({ diff, dirty }, { diff: { added: 5, deleted: 0 }, dirty: true });
});
