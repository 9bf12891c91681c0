/** How shells end, and who is told. */
import test from 'ava';
import { tell } from './story.js';

test('1 MB arrives byte for byte', async t => {
  const story = await tell(t);
  await story.make('fix');
  const line = `${'0123456789 abcdefghij; '.repeat(40)}\n`;
  const text = line.repeat(Math.floor(1_000_000 / line.length));
  await story.ok('run', 'fix', '-', '--wait', {
    input: `cat > ~/large.txt <<'END_OF_IT'\n${text}END_OF_IT\n`,
  });
  t.true((await story.file('large.txt')) === text);
  t.is((await story.actor('run', 'fix', '-', { input: 'x'.repeat(1_048_577) })).code, 2);
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
