/** Prompts arrive as they were written, once, and never where they do not belong; and how shells end. */
import test from 'ava';
import { holds } from '../helpers/wait.js';
import { tell } from './story.js';

const ODD = [
  'a trailing semicolon;',
  '-leads with a dash',
  '#{pid} #(touch pwned) #[fg=red] %H:%M',
  '$(touch pwned) `touch pwned` !! "quotes" \'single\' \\ backslash',
  '\ttabs\tand  spaces  ',
  'äöü 漢字 🦊 e\u0301 \u200d',
  '[201~ is what is left of an end of paste',
].join('\n');

test('odd characters and 1 MB arrive byte for byte, and nothing in them is executed', async t => {
  const story = await tell(t);
  await story.make('fix');
  const send = async (text: string, file: string) => {
    await story.ok('run', 'fix', '-', '--wait', {
      input: `cat > ~/${file} <<'END_OF_IT'\n${text}\nEND_OF_IT\n`,
    });
    t.true((await story.file(file)) === `${text}\n`, file);
  };
  await send(ODD, 'odd.txt');
  const line = `${'0123456789 abcdefghij; '.repeat(40)}\n`;
  await send(line.repeat(Math.floor(1_000_000 / line.length)).trimEnd(), 'large.txt');
  t.is((await story.run('find', [story.root, '-name', 'pwned'])).stdout, '');
});

test('text that could act in a terminal, is no UTF-8, or is too large is refused', async t => {
  const story = await tell(t);
  await story.make('fix');
  for (const input of [
    'echo a\u001b[201~; touch pwned',
    'echo \u0003',
    Buffer.from([0x65, 0xff]),
    'x'.repeat(1_048_577),
  ])
    t.is((await story.actor('run', 'fix', '-', { input })).code, 2);
  t.is((await story.show('fix')).status, 'created');
});

test('what would leave the shell waiting for more is refused with bash’s own words', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  for (const prompt of ["echo 'unclosed", 'for i in 1 2; do', 'cat <<END\nno end', 'echo a \\']) {
    const { code, stderr } = await story.actor('run', 'fix', prompt);
    t.is(code, 2, prompt);
    t.regex(stderr, /cannot run this prompt/);
  }
  t.is(await story.ok('run', 'fix', 'echo still here', '--wait'), 'still here');
});

test('a prompt waits for what a person has begun to type, and goes when that is gone', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.type('fix', 'echo half a tho');
  await story.until('fix', () => true);
  await story.actor('run', 'fix', 'touch ~/ran');
  await story.until('fix', ({ held }) => held === 1);
  t.true((await story.queue('fix'))[0]?.held);
  await holds(
    () => story.file('ran'),
    text => text === '',
    700,
  );
  t.regex(await story.ok('peek', 'fix'), /[$#] echo half a tho$/m);
  await story.press('fix', 'C-u');
  await story.until('fix', ({ last }) => last?.turn === 2);
  t.is((await story.run('ls', ['ran'])).code, 0);
});

test('a program that a person runs in the window gets no prompt', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.type('fix', 'cat > ~/typed.txt');
  await story.press('fix', 'Enter');
  await story.until('fix', ({ status }) => status === 'working');
  t.is(await story.ok('run', 'fix', 'echo prompt'), 'queued (1 ahead)');
  await story.press('fix', 'C-d');
  await story.until('fix', ({ last }) => last?.message === 'prompt');
  t.is(await story.file('typed.txt'), '');
});

test('exit ends the agent cleanly and silently; a prompt that ends with it has its outcome', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.type('fix', 'exit');
  await story.press('fix', 'Enter');
  await story.until('fix', ({ status }) => status === 'ended');
  const { code } = await story.actor('run', 'fix', 'exit 3', '--wait');
  t.is(code, 5);
  const { status, last } = await story.show('fix');
  t.deepEqual([status, last?.outcome, last?.reason], ['ended', 'failed', 'exit_status']);
  t.is(await story.ok('run', 'fix', 'echo back', '--wait'), 'back');
});

test('a killed shell has exited, its turn is lost, and what waited is held', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 600');
  const { pid } = await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo waited');
  process.kill(pid!, 'SIGKILL');
  const gone = await story.until('fix', ({ status }) => status === 'exited');
  t.deepEqual([gone.last?.outcome, gone.held], ['lost', 1]);
  t.is(await story.ok('run', 'fix', 'echo next', '--wait'), 'next');
  const completed = await story.events('--session', 'fix', '--type', 'completed');
  t.deepEqual(
    completed.map(({ message }) => message),
    ['waited', 'next'],
  );
});

test('completions wait for a main, go to the parent that made the session, and mains are one a repository', async t => {
  const story = await tell(t);
  await story.make('early', 'echo early');
  await story.ok('wait', 'early');
  t.is(await story.ok('--detach', 'shell'), 'main');
  t.is(await story.ok('--detach', 'shell'), 'main');
  const other = await story.repository('other');
  t.is(await story.ok('--detach', 'shell', { cwd: other }), 'main-other');
  t.regex((await story.told()).join('\n'), /^\[actor\] early completed \(.*\): early$/m);
  // As a session that makes one of its own.
  await story.make('middle', 'actor new --agent shell inner -p "echo from inner" --no-worktree');
  await story.ok('wait', 'middle');
  t.is((await story.show('inner')).parent, 'middle');
  await story.ok('wait', 'inner');
  await story.ok('run', 'middle', 'true', '--wait');
  await story.until('middle', ({ waiting_events }) => waiting_events === 0);
  t.regex(await story.ok('peek', 'middle'), /\[actor\] inner completed .*: from inner/);
  t.false((await story.told()).some(line => line.includes('inner') && line.includes('main')));
});

test('the JSON of each command has the documented keys', async t => {
  const story = await tell(t);
  const keys = (value: unknown) => Object.keys(value as object).sort();
  const json = async (...args: string[]) =>
    JSON.parse((await story.actor(...args, '--json')).stdout) as never;
  const LIST = (
    'name role_of agent status waiting_for dir repo worktree branch base parent role purpose conversation created_at ' +
    'turn queued held last diff dirty pr window pid waiting_events'
  ).split(' ');
  t.deepEqual(keys(await json('new', 'a', '--agent', 'shell')), LIST.toSorted());
  t.deepEqual(keys((await json('list'))[0]), LIST.toSorted());
  t.deepEqual(keys(await json('show', 'a')), [...LIST, 'status_since', 'status_by', 'message'].sort());
  const turn = ['outcome', 'reason', 'message', 'duration_ms'];
  t.deepEqual(keys(await json('run', 'a', 'true')), ['ahead', 'name', 'prompt_id', 'state']);
  t.deepEqual(
    keys(await json('run', 'a', 'true', '--wait')),
    ['ahead', 'name', 'prompt_id', 'state', ...turn].sort(),
  );
  t.deepEqual(
    keys(await json('new', 'b', '--agent', 'shell', '-p', 'true', '--wait')).filter(
      key => !LIST.includes(key),
    ),
    turn.toSorted(),
  );
  t.deepEqual(keys((await json('wait', 'a'))[0]), ['message', 'name', 'outcome', 'reason', 'status']);
  await story.ok('run', 'a', 'sleep 60');
  await story.until('a', ({ status }) => status === 'working');
  await story.ok('run', 'a', 'true');
  t.deepEqual(keys((await json('queue', 'a'))[0]), ['held', 'id', 'prompt', 'queued_at']);
  t.deepEqual(keys((await json('stop', 'a', '--clear'))[0]), ['dropped', 'name', 'stopped']);
  t.deepEqual(keys((await json('discard', 'b'))[0]), ['branch', 'commit', 'name', 'worktree']);
});

test('wait: any, all, one that failed, and a time-out', async t => {
  const story = await tell(t);
  await story.make('quick', 'true');
  await story.make('bad', 'false');
  await story.make('slow', 'sleep 60');
  t.is((await story.actor('wait', 'quick')).code, 0);
  t.is((await story.actor('wait', 'bad')).code, 5);
  const any = await story.actor('wait', '--any', 'slow', 'quick');
  t.deepEqual([any.code, any.stdout.split(' ')[0]], [0, 'quick']);
  t.is((await story.actor('wait', 'slow', '--timeout', '300ms')).code, 124);
  t.is((await story.actor('run', 'slow', 'true', '--wait', '--timeout', '300ms')).code, 124);
});

test('events go on from any id, without a gap or a double, over a restart of the daemon', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  const before = await story.events();
  await story.killDaemon();
  await story.ok('run', 'fix', 'true', '--wait');
  const after = await story.events('--since', String(before.at(-1)!.id));
  const ids = [...before, ...after].map(({ id }) => id);
  t.deepEqual(
    ids,
    ids.map((_, index) => index + 1),
  );
  t.deepEqual(await story.events(), [...before, ...after]);
});
