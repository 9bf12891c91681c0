/** A disk that becomes full under a running daemon: said as what it is, and nothing is lost or stuck once there is room again. */
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { eventually } from '../helpers/wait.js';
import { tell } from './story.js';

/** A story whose home is a small disk of its own; null: none can be mounted here. */
async function onSmallDisk(t: ExecutionContext) {
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
  if (mounted.code !== 0) return null;
  t.teardown(async () => {
    await story.actor('down');
    await story.run('umount', ['-l', story.actorHome]);
  });
  const ballast = join(story.actorHome, 'ballast');
  return {
    story,
    async fill() {
      await writeFile(ballast, '');
      for (const size of [65536, 512])
        for (let isFull = false; !isFull; )
          await appendFile(ballast, Buffer.alloc(size)).catch(() => {
            isFull = true;
          });
    },
    makeRoom: () => rm(ballast),
  };
}

test.serial('a home whose disk becomes full goes on when there is room again', async t => {
  const disk = await onSmallDisk(t);
  if (!disk) return t.pass('no file system can be mounted here');
  const { story } = disk;
  await story.make('fix', '--no-worktree', 'true');
  await story.ok('wait', 'fix');
  await story.ok('run', 'fix', 'until [ -e ~/go ]; do sleep 0.02; done; echo one >> ~/ran');
  await disk.fill();
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
  await disk.makeRoom();
  await story.ok('run', 'fix', 'echo two >> ~/ran', '--wait');
  const ran = (await story.file('ran')).replace('lost\n', '');
  t.is(ran, 'one\ntwo\n');
});

test.serial(
  'a completion for which the disk has no room is told once when it has, and nothing is left of the tries',
  async t => {
    const disk = await onSmallDisk(t);
    if (!disk) return t.pass('no file system can be mounted here');
    const { story } = disk;
    await story.ok('--detach', 'shell');
    await story.make('fix', '--no-worktree');
    const waiting = story.ok('run', 'fix', 'until [ -e ~/go ]; do sleep 0.02; done; echo one', '--wait');
    await story.until('fix', ({ status }) => status === 'working');
    await disk.fill();
    await story.run('touch', ['go']);
    const log = join(story.actorHome, `daemon.log.${new Date().toISOString().slice(0, 10)}`);
    await eventually(
      () => readFile(log, 'utf8'),
      text => text.split('deliveries to main: Error: ENOSPC').length > 2,
    );
    await disk.makeRoom();
    t.is(await waiting, 'one');
    t.regex((await story.told()).join('\n'), /^\[actor\] fix completed \([^)]*\): one$/);
    // Told, that is printed, comes a moment before the removal.
    await eventually(
      () => readdir(join(story.actorHome, 'mail', 'main')),
      names => names.length === 0,
    );
  },
);

test.serial(
  'a shell whose output finds no room on the disk has all of it on record when there is room again',
  async t => {
    const disk = await onSmallDisk(t);
    if (!disk) return t.pass('no file system can be mounted here');
    const { story } = disk;
    await story.make('fix', '--no-worktree');
    await story.ok('run', 'fix', 'true', '--wait', '--timeout', '30s');
    const waiting = story.ok(
      'run',
      'fix',
      'until [ -e ~/go ]; do sleep 0.02; done; seq 1 9999; touch ~/over',
      '--wait',
      '--timeout',
      '30s',
    );
    await story.until('fix', ({ status }) => status === 'working');
    await disk.fill();
    await story.run('touch', ['go']);
    await eventually(
      () => readdir(story.home),
      names => names.includes('over'),
    );
    await disk.makeRoom();
    t.regex(await waiting, /\n9998\n9999$/);
    t.is(await story.ok('run', 'fix', 'echo two', '--wait', '--timeout', '30s'), 'two');
  },
);

test.serial('a daemon that is ended on a full disk leaves no draft of its word behind', async t => {
  const disk = await onSmallDisk(t);
  if (!disk) return t.pass('no file system can be mounted here');
  const { story } = disk;
  await story.ok('daemon', 'start');
  await disk.fill();
  await story.ok('daemon', 'stop');
  t.deepEqual(await readdir(join(story.actorHome, 'owner')), ['1']);
  await disk.makeRoom();
});
