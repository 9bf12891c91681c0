import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { processesOf } from '../helpers/processes.js';
import { Rpc } from '../helpers/rpc.js';
import { eventually, holds } from '../helpers/wait.js';
import { begun } from './hook-stories.js';
import { type Story, tell } from './story.js';

/** A session `fix` whose shell is idle, with a main that is to be told. */
async function idle(story: Story): Promise<number> {
  await story.ok('--detach', 'shell');
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.told();
  return (await story.show('fix')).pid ?? 0;
}

test.serial('exit ends a session cleanly and silently, and run starts it again', async t => {
  const story = await tell(t);
  await idle(story);
  await story.type('fix', 'exit');
  await story.press('fix', 'Enter');
  const { window, pid, turn } = await story.until('fix', ({ status }) => status === 'ended');
  t.deepEqual([window, pid, turn], [null, null, null]);
  t.is(await story.ok('run', 'fix', 'echo again', '--wait'), 'again');
});

test.serial(
  'a run without a prompt starts what has ended, and asks nothing of what runs: quit, it stays quit',
  async t => {
    const story = await tell(t);
    await idle(story);
    for (const _ of ['running already', 'ended before']) {
      await story.ok('run', 'fix');
      await story.until('fix', ({ status }) => status === 'idle');
      await story.ok('run', 'fix');
      await story.type('fix', 'exit');
      await story.press('fix', 'Enter');
      await story.until('fix', ({ status }) => status === 'ended');
      await holds(
        () => story.show('fix'),
        ({ status }) => status === 'ended',
      );
    }
    t.is((await story.events('--session', 'fix', '--type', 'started')).length, 2);
  },
);

test.serial(
  'a prompt that exits with an error is a failed turn of a session that ended, with what it put out before',
  async t => {
    const story = await tell(t);
    await idle(story);
    const { code, stdout } = await story.actor('run', 'fix', 'seq 100; echo bye; exit 3', '--wait');
    t.is(code, 5);
    const hundred = Array.from({ length: 100 }, (_, index) => `${index + 1}\n`).join('');
    t.is(stdout, `${hundred}bye\nexit status 3\n`);
    const { status, last } = await story.until('fix', session => session.status === 'ended');
    t.deepEqual([status, last?.outcome, last?.reason], ['ended', 'failed', 'exit_status']);
    t.regex((await story.told()).join('\n'), /^\[actor\] fix failed .*exit status 3/m);
  },
);

test.serial('a prompt that exits with 0 is a completed turn, with what it put out before', async t => {
  const story = await tell(t);
  await idle(story);
  t.is(await story.ok('run', 'fix', 'echo done; exit 0', '--wait'), 'done');
  t.is((await story.until('fix', ({ status }) => status === 'ended')).last?.outcome, 'completed');
  t.is(await story.ok('run', 'fix', 'exec echo another program', '--wait'), 'another program');
});

test.serial('a prompt that exits without a word has none, whatever stands on the screen', async t => {
  const story = await tell(t);
  await idle(story);
  await story.ok('run', 'fix', 'exit 0', '--wait');
  t.is((await story.until('fix', ({ status }) => status === 'ended')).last?.message, '');
});

test.serial('a shell that is killed while idle has exited, and main is told', async t => {
  const story = await tell(t);
  process.kill(await idle(story), 'SIGKILL');
  const { last } = await story.until('fix', ({ status }) => status === 'exited');
  t.is(last?.outcome, 'completed', 'its last turn had ended before');
  t.regex((await story.told()).join('\n'), /^\[actor\] fix exited/m);
});

test.serial(
  'a shell that is killed mid-turn has lost its turn, what waits is held, and main is told once',
  async t => {
    const story = await tell(t);
    const pid = await idle(story);
    const waiting = story.actor('run', 'fix', 'sleep 60', '--wait');
    await story.until('fix', ({ status }) => status === 'working');
    await story.ok('run', 'fix', 'echo 1 >> ~/ran');
    process.kill(pid, 'SIGKILL');
    const { last, held } = await story.until('fix', ({ status }) => status === 'exited');
    t.deepEqual([last?.outcome, held], ['lost', 1]);
    t.is((await waiting).code, 5);
    t.is((await story.told()).filter(line => line.startsWith('[actor] fix exited')).length, 1);
    t.is((await story.actor('wait', 'fix')).code, 5);
    await story.ok('run', 'fix', 'echo 2 >> ~/ran', '--wait');
    t.is(await story.file('ran'), '1\n2\n');
  },
);

test.serial('the end of the tmux server is the end of every agent in it', async t => {
  const story = await tell(t);
  await idle(story);
  await story.ok('run', 'fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.tmux('kill-server');
  const { last } = await story.until('fix', ({ status }) => status === 'exited');
  t.is(last?.outcome, 'lost');
  await story.until('main', ({ status }) => status === 'exited');
  await story.ok('--detach', 'shell');
  t.regex((await story.told()).join('\n'), /^\[actor\] fix exited/m);
  t.is(await story.ok('run', 'fix', 'echo again', '--wait'), 'again');
});

test.serial('the end of the tmux server while no daemon lives is found out by the next one', async t => {
  const story = await tell(t);
  await idle(story);
  await story.ok('run', 'fix', 'sleep 60');
  await story.until('fix', ({ status }) => status === 'working');
  await story.killDaemon();
  await story.tmux('kill-server');
  const { status, last } = await story.show('fix');
  t.deepEqual([status, last?.outcome], ['exited', 'lost']);
});

test.serial('a window that a person closed is an agent that exited', async t => {
  const story = await tell(t);
  await idle(story);
  const { window } = await story.show('fix');
  await story.tmux('kill-window', '-t', window ?? '');
  await story.until('fix', ({ status }) => status === 'exited');
  t.is((await story.actor('peek', 'fix')).code, 1);
});

test.serial('a shell that cannot start has exited, with what it said', async t => {
  const story = await tell(t);
  await writeFile(join(story.home, '.bashrc'), 'echo "no way"; exit 7\n');
  await story.make('fix', 'true');
  const { status, queued, held } = await story.until('fix', session =>
    ['exited', 'ended'].includes(session.status),
  );
  t.deepEqual([status, queued, held], ['exited', 0, 1]);
  t.regex(JSON.stringify(await story.events()), /no way/);
});

test.serial('a rename of the window by hand disturbs nothing', async t => {
  const story = await tell(t);
  await idle(story);
  const { window } = await story.show('fix');
  await story.tmux('rename-window', '-t', window ?? '', 'main');
  t.is(await story.ok('run', 'fix', 'echo still', '--wait'), 'still');
});

test.serial('a worktree that a person deleted is told by run, and discard cleans up after it', async t => {
  const story = await tell(t);
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
  await story.ok('down', 'fix');
  await story.run('rm', ['-rf', join(story.actorHome, 'worktrees', 'fix')]);
  const { code, stderr } = await story.actor('run', 'fix', 'true');
  t.is(code, 1);
  t.regex(stderr, /^actor: the directory of fix is gone: .*\nhint: actor discard fix\n/);
  await story.ok('discard', 'fix');
  t.notRegex((await story.run('git', ['-C', story.repo, 'worktree', 'list'])).stdout, /fix/);
});

test.serial('the daemon ends by itself when nobody needs it, and not while an agent runs', async t => {
  const story = await tell(t);
  const env = { ACTOR_IDLE_END: '300' };
  const { pid } = JSON.parse(await story.ok('daemon', 'start', '--json', { env })) as { pid: number };
  await eventually(
    async () => (await story.actor('daemon', 'status')).code,
    code => code === 1,
    { every: 100 },
  );
  await story.make('fix', 'sleep 1', { env });
  t.not(await story.daemonPid(), pid);
  await story.ok('wait', 'fix');
  t.is((await story.actor('daemon', 'status')).code, 0);
});

test.serial('down and discard say what they are at, once it takes longer than a second', async t => {
  const story = await tell(t);
  await story.make('quick', 'true');
  for (const name of ['slow', 'gone']) {
    await story.make(name, `trap '' HUP TERM; echo x > ~/deaf-${name}; sleep 300`);
    await begun(story, `deaf-${name}`);
  }
  for (const name of ['slow', 'gone']) await story.until(name, ({ status }) => status === 'working');
  const down = await story.actor('down', 'quick', 'slow');
  t.is(down.code, 0, down.stderr);
  t.is(down.stdout, 'ended quick, slow\n');
  t.regex(down.stderr, /^ending slow$/m);
  const discard = await story.actor('discard', 'gone');
  t.is(discard.code, 0, discard.stderr);
  t.regex(discard.stderr, /^ending gone$/m);
  t.regex(discard.stdout, /^discarded gone; branch gone /);
});

test.serial('an agent that is started again while another one’s death is looked into lives on', async t => {
  const story = await tell(t);
  await story.make('a', 'true');
  await story.ok('wait', 'a');
  const recorder = (await processesOf(story.actorHome, null)).find(({ command }) =>
    command.includes('record.pl'),
  )!;
  await story.make('b', 'true');
  await story.ok('wait', 'b');
  const rpc = new Rpc(story);
  await rpc.call('list', { status: null });
  // What stands on the screen and not in the record is waited for.
  process.kill(recorder.pid, 'SIGSTOP');
  await story.type('a', 'unfinished');
  await eventually(
    () => story.ok('peek', 'a'),
    screen => screen.includes('unfinished'),
  );
  process.kill((await story.show('a')).pid!, 'SIGKILL');
  await rpc.call('down', { names: ['b'] });
  const options = { slash: false, now: false, wait: false, timeout_ms: null };
  await rpc.call('run', { name: 'b', prompt: 'echo again', key: 'again', ...options });
  await story.until('a', ({ status }) => status === 'exited');
  process.kill(recorder.pid, 'SIGCONT');
  t.is(await story.ok('run', 'b', 'echo still here', '--wait'), 'still here');
  t.deepEqual(await story.events('--session', 'b', '--type', 'exited'), []);
});
