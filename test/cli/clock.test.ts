/** The machine's clock is set while a daemon runs, or while none does: turns end, and are told, all the same. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packageRoot } from '../helpers/root.js';
import { tell } from './story.js';

const HOUR = 3_600_000;

/** A story whose daemon has a clock of its own, and how that is set: so many milliseconds from the machine's. */
async function withClock(t: ExecutionContext) {
  const story = await tell(t);
  const file = join(story.root, 'clock');
  const set = (shift: number) => writeFile(file, String(shift));
  await set(0);
  const preload = join(packageRoot, 'test', 'fixtures', 'clock', 'set.cjs');
  const start = () =>
    story.ok('daemon', 'start', { env: { NODE_OPTIONS: `--require ${preload}`, TEST_CLOCK: file } });
  await start();
  return { story, set, start };
}

test.serial('a turn during which the clock is set back ends, and is told', async t => {
  const { story, set } = await withClock(t);
  await story.ok('--detach', 'shell');
  await story.make('fix');
  const waiting = story.ok('run', 'fix', 'until [ -e ~/go ]; do sleep 0.02; done; echo done', '--wait');
  await story.until('fix', ({ status }) => status === 'working');
  await set(-HOUR);
  await story.run('touch', ['go']);
  t.is(await waiting, 'done');
  t.regex((await story.told()).join('\n'), /^\[actor\] fix completed \([^h]*\): done$/);
});

for (const isAlive of [true, false])
  test.serial(
    `what a person begins after the clock was set back ${isAlive ? 'under a daemon' : 'between two'} is a turn`,
    async t => {
      const { story, set, start } = await withClock(t);
      await set(HOUR);
      await story.make('fix');
      await story.ok('run', 'fix', 'echo one', '--wait');
      if (!isAlive) await story.killDaemon();
      await set(0);
      if (!isAlive) await start();
      await story.type('fix', 'echo two');
      await story.press('fix', 'Enter');
      const { last } = await story.until('fix', each => each.last?.turn === 2);
      t.is(last?.message, 'two');
      const [one, two] = await story.events('--session', 'fix', '--type', 'completed');
      t.true(Date.parse(two!.time) < Date.parse(one!.time));
      t.deepEqual([two!.turn, one!.id < two!.id], [2, true]);
      await story.ok('run', 'fix', 'echo three', '--wait');
    },
  );
