import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { isAlive } from '../helpers/processes.js';
import { eventually, holds } from '../helpers/wait.js';
import { begun, gate } from './hook-stories.js';
import { tell } from './story.js';

test.serial('a session works in its own worktree and branch, and says from where it branched', async t => {
  const story = await tell(t);
  const { code, stdout, stderr } = await story.actor(
    'new',
    '--agent',
    'shell',
    'fix',
    'pwd; git branch --show-current',
  );
  t.is(code, 0);
  t.is(stdout, 'fix\n');
  t.regex(stderr, /branch fix from main \([0-9a-f]{7,} Start\)/);
  const session = await story.until('fix', ({ last }) => last !== null);
  t.is(session.last?.outcome, 'completed');
  t.is(session.message, `${join(story.actorHome, 'worktrees', 'fix')}\nfix`);
});

test.serial('new without a prompt starts nothing; the first run does', async t => {
  const story = await tell(t);
  await story.make('fix');
  t.is((await story.show('fix')).status, 'created');
  t.is((await story.tmux('list-windows')).code, 1, 'there is no tmux server yet');
  t.is(await story.ok('run', 'fix', 'echo hi', '--wait'), 'hi');
});

test.serial('run says submitted, or how many are ahead, and all run in order', async t => {
  const story = await tell(t);
  await story.make('fix', 'until [ -e ~/go ]; do sleep 0.02; done; echo 1 >> ~/ran');
  await story.until('fix', ({ status }) => status === 'working');
  t.is(await story.ok('run', 'fix', 'echo 2 >> ~/ran'), 'queued (1 ahead)');
  t.is(await story.ok('run', 'fix', 'echo 3 >> ~/ran'), 'queued (2 ahead)');
  t.deepEqual(
    (await story.queue('fix')).map(({ prompt, held }) => [prompt, held]),
    [
      ['echo 2 >> ~/ran', false],
      ['echo 3 >> ~/ran', false],
    ],
  );
  await story.run('touch', ['go']);
  await story.ok('wait', 'fix');
  t.is(await story.file('ran'), '1\n2\n3\n');
  t.is(await story.ok('run', 'fix', 'true'), 'submitted');
});

test.serial('after a stop the waiting prompts are held, and the next run lets them go first', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo 1 >> ~/ran');
  await story.ok('run', 'fix', 'echo 2 >> ~/ran');
  t.is(await story.ok('stop', 'fix'), 'stopped fix');
  const { status, last, queued, held } = await story.show('fix');
  t.deepEqual([status, last?.outcome, queued, held], ['idle', 'stopped', 0, 2]);
  await holds(
    () => story.file('ran'),
    ran => ran === '',
    500,
  );
  t.true((await story.queue('fix')).every(prompt => prompt.held));
  t.is(await story.ok('run', 'fix', 'echo 3 >> ~/ran'), 'queued (2 ahead)');
  await story.ok('wait', 'fix');
  t.is(await story.file('ran'), '1\n2\n3\n');
});

test.serial('stop --clear drops what waits and prints it', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo never');
  t.regex(await story.ok('stop', 'fix', '--clear'), /dropped of fix:\np\d+ {2}echo never/);
  t.deepEqual(await story.queue('fix'), []);
});

test.serial('stop of an idle session says so and is no failure', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  const { code, stdout, stderr } = await story.actor('stop', 'fix');
  t.is(code, 0);
  t.deepEqual([stdout, stderr], ['fix is not mid-turn\n', '']);
});

test.serial('run --now interrupts the turn and goes before those that wait', async t => {
  const story = await tell(t);
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo 2 >> ~/ran');
  await story.ok('run', 'fix', 'echo 1 >> ~/ran', '--now', '--wait');
  await story.ok('wait', 'fix');
  t.is(await story.file('ran'), '1\n2\n');
  const outcomes = (await story.events('--session', 'fix')).flatMap(({ outcome }) => outcome ?? []);
  t.deepEqual(outcomes, ['stopped', 'completed', 'completed']);
});

test.serial('queue --cancel drops one prompt, by its id', async t => {
  const story = await tell(t);
  await story.make('fix', 'until [ -e ~/go ]; do sleep 0.02; done');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo 1 >> ~/ran');
  await story.ok('run', 'fix', 'echo 2 >> ~/ran');
  const [first] = await story.queue('fix');
  t.regex(await story.ok('queue', 'fix', '--cancel', first!.id), /echo 1/);
  await story.run('touch', ['go']);
  await story.ok('wait', 'fix');
  t.is(await story.file('ran'), '2\n');
  t.is((await story.actor('queue', 'fix', '--cancel', 'p999')).code, 1);
});

test.serial('a command that fails is a failed turn with its status in the message', async t => {
  const story = await tell(t);
  await story.make('fix');
  const { code, stdout, stderr } = await story.actor('run', 'fix', 'echo oops; (exit 3)', '--wait');
  t.is(code, 5);
  t.is(stdout, 'oops\nexit status 3\n');
  t.regex(stderr, /^actor: the turn of fix failed \(exit_status\)$/m);
});

test.serial('a command that ignores the interrupt keeps its turn open, and stop says so', async t => {
  const story = await tell(t);
  await story.make('fix', `(trap '' INT; echo x > ~/deaf; ${gate('go')}); echo end`);
  await begun(story, 'deaf');
  await story.until('fix', ({ status }) => status === 'working');
  const { code, stderr } = await story.actor('stop', 'fix');
  t.is(code, 1);
  t.regex(stderr, /its turn goes on/);
  t.is((await story.show('fix')).status, 'working');
  await story.run('touch', ['go']);
  await story.ok('wait', 'fix');
  // The terminal echoes each interrupt.
  t.regex((await story.show('fix')).message ?? '', /end$/);
});

test.serial('down of one session ends it silently and keeps its prompts, which run resumes', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await story.make('fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.ok('run', 'fix', 'echo 1 >> ~/ran');
  await story.ok('down', 'fix');
  const { status, last, held, pid, window } = await story.show('fix');
  t.deepEqual([status, last?.outcome, held, pid, window], ['ended', 'stopped', 1, null, null]);
  t.is((await story.show('main')).waiting_events, 0, 'main is not told');
  await story.ok('run', 'fix', 'echo 2 >> ~/ran', '--wait');
  t.is(await story.file('ran'), '1\n2\n');
});

test.serial('down ends all agents, the tmux server and the daemon, and a later run goes on', async t => {
  const story = await tell(t);
  await story.make('one', 'sleep 60');
  await story.make('two', 'true');
  await story.ok('wait', 'two');
  const pid = await story.daemonPid();
  await story.ok('down');
  t.false(await isAlive(pid));
  t.not((await story.tmux('list-sessions')).code, 0);
  t.is(await story.ok('run', 'two', 'echo again', '--wait'), 'again');
  t.deepEqual(
    (await story.list()).map(({ name, status }) => [name, status]),
    [
      ['one', 'ended'],
      ['two', 'idle'],
    ],
  );
});

test.serial('down leaves no process of a command behind, even one that left its terminal', async t => {
  const story = await tell(t);
  await story.make('fix', 'setsid sleep 987 & nohup sleep 986 >/dev/null & true');
  await story.ok('wait', 'fix');
  await story.ok('down', 'fix');
  const { stdout } = await story.run('ps', ['-eo', 'args']);
  const own = stdout.split('\n').filter(line => /^sleep 98[67]$/.test(line));
  t.deepEqual(own, []);
});

test.serial(
  'discard removes worktree and definition, keeps the branch and names its last commit',
  async t => {
    const story = await tell(t);
    await story.make('fix', 'echo x > new; git add new; git commit -qm more');
    await story.ok('wait', 'fix');
    const tip = (await story.run('git', ['-C', story.repo, 'rev-parse', 'fix'])).stdout.trim();
    const line = await story.ok('discard', 'fix');
    t.regex(line, new RegExp(`fix.*${tip.slice(0, 12)}`));
    t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
    t.deepEqual(await readdir(join(story.actorHome, 'sessions')), []);
    t.is((await story.run('git', ['-C', story.repo, 'rev-parse', 'fix'])).stdout.trim(), tip);
    t.is((await story.actor('show', 'fix')).code, 3);
  },
);

test.serial('a name is free again after its session was discarded, and begins anew', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo one');
  await story.ok('wait', 'fix');
  await story.ok('discard', 'fix');
  await story.make('fix', 'echo two');
  await story.ok('wait', 'fix');
  const { last, message } = await story.show('fix');
  t.deepEqual([last?.turn, message], [1, 'two']);
  t.false((await story.ok('logs', 'fix', '--json')).includes('echo one'));
});

test.serial('logs tell prompts, messages and how turns ended; peek shows the screen', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo hi; (exit 2)');
  await story.actor('wait', 'fix');
  const logs = JSON.parse(await story.ok('logs', 'fix', '--json')) as { kind: string; text: string }[];
  t.deepEqual(
    logs
      .filter(({ kind }) => kind !== 'note')
      .map(({ kind, text }) => [kind, text.replace(/\d+ms|\ds/, 'N')]),
    [
      ['prompt', 'echo hi; (exit 2)'],
      ['message', 'hi\nexit status 2'],
      ['outcome', 'failed (exit_status) after N'],
    ],
  );
  t.regex(await story.ok('peek', 'fix'), /[$#] echo hi; \(exit 2\)\nhi\n/);
});

test.serial('logs -f tells what comes as logs tells what was, long prompts too', async t => {
  const story = await tell(t);
  await story.make('fix');
  const follower = execa('actor', ['logs', 'fix', '-f', '--json'], {
    cwd: story.repo,
    env: story.env,
    extendEnv: false,
    reject: false,
  });
  t.teardown(() => follower.kill('SIGKILL'));
  let output = '';
  follower.stdout.on('data', piece => {
    output += String(piece);
  });
  await eventually(
    () => output,
    text => text.includes('created'),
  );
  for (const word of ['x', 'y']) await story.ok('run', 'fix', `echo ${word.repeat(500)}`, '--wait');
  const logs = JSON.parse(await story.ok('logs', 'fix', '--json')) as unknown[];
  const followed = await eventually(
    () => output.trimEnd().split('\n'),
    lines => lines.length === logs.length,
  );
  t.deepEqual(
    followed.map(line => JSON.parse(line) as unknown),
    logs,
  );
});

test.serial(
  'twenty megabytes of output give their tail as the message, and cost no twenty megabytes',
  async t => {
    const story = await tell(t);
    await story.make('fix');
    const output = await story.ok(
      'run',
      'fix',
      'yes 0123456789 | head -c 20000000; echo; echo end',
      '--wait',
    );
    t.true(Buffer.byteLength(output) <= 4096);
    t.true(output.endsWith('\nend'));
    await eventually(
      async () => (await story.run('du', ['-sm', join(story.actorHome, 'run')])).stdout.split('\t')[0],
      size => Number(size) <= 12,
    );
  },
);

test.serial(
  'a directory without git is possible with --no-worktree, and is left alone by discard',
  async t => {
    const story = await tell(t);
    await story.run('mkdir', ['plain']);
    const cwd = join(story.home, 'plain');
    await story.make('fix', 'pwd; echo x > made', '--no-worktree', { cwd });
    await story.ok('wait', 'fix');
    const { worktree, branch, repo, message } = await story.show('fix');
    t.deepEqual([worktree, branch, repo, message], [false, null, null, cwd]);
    await story.ok('discard', 'fix');
    t.is(await story.file('plain/made'), 'x\n');
  },
);
