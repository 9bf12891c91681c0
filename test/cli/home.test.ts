/** The home as a folder of files: who may read them, and what a person or an accident does to them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tell } from './story.js';

test.serial('everything in the home is closed to others', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  const { stdout } = await story.run('find', [
    ...[
      story.actorHome,
      '-path',
      '*/worktrees/*',
      '-prune',
      '-o',
      '-perm',
      '/077',
      '-not',
      '-type',
      'l',
      '-print',
    ],
  ]);
  t.is(stdout, '');
});

test.serial('a home that is a file is refused', async t => {
  const story = await tell(t);
  await writeFile(story.actorHome, 'x');
  const { code, stderr } = await story.actor('list');
  t.is(code, 1);
  t.regex(stderr, /^actor: cannot start the daemon: .*/);
});

test.serial(
  'a session file that does not parse is told with its place, disturbs no other, and is not overwritten',
  async t => {
    const story = await tell(t);
    await story.make('good');
    await story.make('bad');
    await story.ok('daemon', 'stop');
    const file = join(story.actorHome, 'sessions', 'bad.kdl');
    const broken = (await readFile(file, 'utf8')).replace('agent "shell"', 'agent "shell');
    await writeFile(file, broken);
    const { stdout, stderr } = await story.actor('list');
    t.regex(stdout, /good/);
    t.regex(stderr, /sessions\/bad\.kdl:\d+:\d+/);
    t.regex((await story.actor('doctor')).stdout, /sessions\/bad\.kdl:\d+:\d+/);
    t.is(await story.ok('run', 'good', 'echo fine', '--wait'), 'fine');
    await story.actor('run', 'bad', 'true', '--wait', '--timeout', '5');
    t.is(await readFile(file, 'utf8'), broken);
  },
);

test.serial(
  'a broken file of a session that no daemon ever knew keeps its name from being taken',
  async t => {
    const story = await tell(t);
    await story.ok('list');
    await story.ok('daemon', 'stop');
    await writeFile(join(story.actorHome, 'sessions', 'odd.kdl'), 'session "odd" {');
    const { code, stderr } = await story.actor('new', 'odd', 'true', '--agent', 'shell');
    t.not(code, 0);
    t.regex(stderr, /odd\.kdl/);
    t.is(await readFile(join(story.actorHome, 'sessions', 'odd.kdl'), 'utf8'), 'session "odd" {');
    t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
  },
);

test.serial('a purpose that was edited by hand is what the next daemon shows', async t => {
  const story = await tell(t);
  await story.make('fix', '--purpose', 'one');
  await story.ok('daemon', 'stop');
  const file = join(story.actorHome, 'sessions', 'fix.kdl');
  await writeFile(file, (await readFile(file, 'utf8')).replace('purpose "one"', 'purpose "two"'));
  t.is((await story.show('fix')).purpose, 'two');
});

/** The newest segment of the journal. */
async function journal(actorHome: string): Promise<string> {
  const files = (await readdir(join(actorHome, 'journal'))).filter(name => name.endsWith('.jsonl'));
  return join(actorHome, 'journal', files.sort().at(-1) ?? '');
}

test.serial('a broken line in the middle of the journal is skipped', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo hi');
  await story.ok('wait', 'fix');
  await story.ok('daemon', 'stop');
  const file = await journal(story.actorHome);
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines.splice(2, 0, '\u0000\u0000garbage', '{"kind":"unheard of"}', '{"kind":"event"}', '[]', 'null');
  await writeFile(file, lines.join('\n'));
  t.is((await story.show('fix')).message, 'hi');
  t.is(await story.ok('run', 'fix', 'echo on', '--wait'), 'on');
  t.is((await story.events('--type', 'completed')).length, 2);
  t.true((await story.ok('logs', 'fix')).includes('echo hi'));
});

test.serial(
  'an agent that a person mistyped in a session file is told, and disturbs no other session',
  async t => {
    const story = await tell(t);
    await story.make('bad', 'true');
    await story.make('good', 'true');
    await story.ok('wait');
    const file = join(story.actorHome, 'sessions', 'bad.kdl');
    await story.ok('daemon', 'stop');
    await writeFile(file, (await readFile(file, 'utf8')).replace('agent "shell"', 'agent "shel"'));
    t.regex(
      (await story.actor('doctor')).stdout,
      /bad\.kdl:2:11: no agent is called "shel"; did you mean "shell"\?/,
    );
    for (const name of ['bad', 'good']) process.kill((await story.show(name)).pid!, 'SIGKILL');
    for (const name of ['bad', 'good']) await story.until(name, ({ status }) => status === 'exited');
    t.is((await story.show('bad')).agent, 'shell', 'it is what it was');
  },
);
