/** Two builds of actor over one home: an update while commands wait, or two checkouts that are used in turns. */
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../helpers/root.js';
import { eventually, holds } from '../helpers/wait.js';
import { gate, open } from './hook-stories.js';
import { begun, goOn, late } from './late.js';
import { type Story, tell } from './story.js';

const OTHER = '0.1.0+0123456789ab';

/** Copies the package to `<root>/other` as another build, on PATH as `other`. */
async function otherBuild(story: Story): Promise<void> {
  const root = join(story.root, 'other');
  await mkdir(join(root, 'dist'), { recursive: true });
  for (const name of ['hooks', 'templates', 'package.json'])
    await cp(join(packageRoot, name), join(root, name), { recursive: true });
  const { build } = JSON.parse(await story.ok('daemon', 'start', '--json')) as { build: string };
  for (const name of await readdir(join(packageRoot, 'dist'))) {
    if (!/\.(cjs|mjs|js)$/.test(name)) continue;
    const text = await readFile(join(packageRoot, 'dist', name), 'utf8');
    await writeFile(join(root, 'dist', name), text.replaceAll(build, OTHER), { mode: 0o755 });
  }
  await symlink(join(root, 'dist', 'actor.cjs'), join(story.bin, 'other'));
}

/** Puts this build in the place of the other one, as an update does. */
async function update(story: Story): Promise<void> {
  const dist = join(story.root, 'other', 'dist');
  await rm(dist, { recursive: true });
  await cp(join(packageRoot, 'dist'), dist, { recursive: true });
}

const other = (story: Story, ...words: string[]) => story.run('other', words, { cwd: story.repo });

test.serial('what waits goes on with the daemon of another build, and does not replace it', async t => {
  const story = await tell(t);
  await otherBuild(story);
  await story.make('fix');
  const waiting = story.actor('run', 'fix', `${gate('go')}; echo went`, '--wait');
  const following = story.run('sh', ['-c', 'exec actor events -f --json > ~/events'], { cwd: story.repo });
  await story.until('fix', ({ status }) => status === 'working');
  await eventually(
    () => story.file('events'),
    text => text.includes('turn-started'),
  );
  const before = await story.daemonPid();
  t.is((await other(story, 'list')).code, 0);
  const pid = await story.daemonPid();
  t.not(pid, before);
  await open(story, 'go');
  const { code, stdout, stderr } = await waiting;
  t.deepEqual({ code, stdout }, { code: 0, stdout: 'went\n' }, stderr);
  const events = await eventually(
    () => story.file('events'),
    text => text.includes('completed'),
  );
  const ids = events
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { id: number }).id);
  t.deepEqual(ids, [...new Set(ids)]);
  t.is(await story.daemonPid(), pid);
  await other(story, 'daemon', 'stop');
  t.is((await following).code, 0);
});

test.serial('what waits knows that another daemon is about to come, however slow its start is', async t => {
  const story = await tell(t);
  await otherBuild(story);
  await story.make('fix');
  let isOver = false;
  const waiting = story.actor('run', 'fix', `${gate('end')}; echo went`, '--wait').finally(() => {
    isOver = true;
  });
  await story.until('fix', ({ status }) => status === 'working');
  const first = await story.daemonPid();
  const listing = story.run('other', ['list'], { cwd: story.repo, env: await late(story, 'started') });
  await begun(story);
  await holds(
    () => isOver,
    over => !over,
    3500,
  );
  await goOn(story);
  t.is((await listing).code, 0);
  t.not(await story.daemonPid(), first);
  await open(story, 'end');
  const { code, stdout } = await waiting;
  t.deepEqual([code, stdout], [0, 'went\n']);
});

test.serial('daemon status tells of a daemon of another build, and leaves it alone', async t => {
  const story = await tell(t);
  await otherBuild(story);
  await other(story, 'list');
  const pid = await story.daemonPid();
  t.true((await story.ok('daemon', 'status')).startsWith(`running (pid ${pid})`));
  t.is(await story.daemonPid(), pid);
  await story.ok('list');
  t.not(await story.daemonPid(), pid);
});

test.serial('an update takes no command down that began before it', async t => {
  const story = await tell(t);
  await otherBuild(story);
  await other(story, 'new', 'fix', '--agent', 'shell');
  await other(story, 'new', 'next', '--agent', 'shell');
  const waiting = other(story, 'run', 'fix', `touch ~/began; ${gate('go')}; echo went`, '--wait');
  await eventually(
    () => story.run('test', ['-e', 'began']),
    ({ code }) => code === 0,
  );
  // More than a pipe holds: when it is written, its reader has been loaded.
  const prompt = `head -c 100000 /dev/zero | tr '\\0' ' '; touch ~/loaded; ${gate('updated')}; echo echo piped`;
  const piping = story.run('sh', ['-c', `{ ${prompt}; } | other run next - --wait`], { cwd: story.repo });
  await eventually(
    () => story.run('test', ['-e', 'loaded']),
    ({ code }) => code === 0,
  );
  await update(story);
  t.is((await other(story, 'list')).code, 0);
  await open(story, 'updated');
  await open(story, 'go');
  const piped = await piping;
  t.deepEqual({ code: piped.code, stdout: piped.stdout }, { code: 0, stdout: 'piped\n' }, piped.stderr);
  const { code, stdout, stderr } = await waiting;
  t.deepEqual({ code, stdout }, { code: 0, stdout: 'went\n' }, stderr);
});
