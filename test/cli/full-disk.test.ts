/** A disk that becomes full under a running daemon: said as what it is, and nothing is lost or stuck once there is room again. */
import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tell } from './story.js';

test.serial('a home whose disk becomes full goes on when there is room again', async t => {
  const story = await tell(t);
  await mkdir(story.actorHome, { mode: 0o700 });
  const mounted = await story.run('mount', [
    '-t',
    'tmpfs',
    '-o',
    'size=1m,mode=700',
    'none',
    story.actorHome,
  ]);
  if (mounted.code !== 0) return t.pass('no file system can be mounted here');
  t.teardown(async () => {
    await story.actor('down');
    await story.run('umount', ['-l', story.actorHome]);
  });
  await story.make('fix', '--no-worktree', 'true');
  await story.ok('wait', 'fix');
  const ballast = join(story.actorHome, 'ballast');
  await story.ok('run', 'fix', 'until [ -e ~/go ]; do sleep 0.02; done; echo one >> ~/ran');
  await writeFile(ballast, '');
  for (const size of [65536, 512])
    for (let isFull = false; !isFull; )
      await appendFile(ballast, Buffer.alloc(size)).catch(() => {
        isFull = true;
      });
  let refused = await story.actor('run', 'fix', 'echo lost >> ~/ran');
  // The last page of the journal's file may still have room for some.
  for (let tries = 0; refused.code === 0 && tries < 10; tries++)
    refused = await story.actor('run', 'fix', `: ${'x'.repeat(2000)}`);
  t.is(refused.code, 1, refused.stdout);
  t.regex(refused.stderr, /^actor: cannot write .*: the disk is full$/m);
  const made = await story.actor('new', 'other', '--agent', 'shell');
  t.is(made.code, 1);
  t.regex(made.stderr, /the disk is full/);
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
  await story.run('touch', ['go']);
  await rm(ballast);
  await story.ok('run', 'fix', 'echo two >> ~/ran', '--wait');
  const ran = (await story.file('ran')).replace('lost\n', '');
  t.is(ran, 'one\ntwo\n');
});
