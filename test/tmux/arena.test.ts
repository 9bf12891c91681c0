import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { withArena } from '../helpers/arena.js';
import { eventually, holds } from '../helpers/wait.js';

/** A test context whose teardown we run by hand. */
function fakeContext(): { t: ExecutionContext; end: () => Promise<void> } {
  const steps: (() => unknown)[] = [];
  const t = { teardown: (step: () => unknown) => steps.push(step) } as unknown as ExecutionContext;
  return {
    t,
    async end() {
      for (const step of steps.reverse()) await step();
    },
  };
}

test('a process that outlives the arena fails the test, and is ended', async t => {
  const fake = fakeContext();
  const arena = await withArena(fake.t);
  const left = spawn('sleep', ['300'], { env: arena.env, detached: true, stdio: 'ignore' });
  const ended = new Promise(resolve => left.once('exit', resolve));
  const error = await t.throwsAsync(fake.end());
  t.regex(error.message, new RegExp(`${left.pid} sleep 300`));
  await ended;
  t.false(existsSync(arena.root));
});

test('an arena that left nothing ends quietly, with its children', async t => {
  const fake = fakeContext();
  const arena = await withArena(fake.t);
  const running = arena.run('sleep', ['300']);
  await fake.end();
  t.true((await running).code > 128);
  t.false(existsSync(arena.root));
});

test('run gives output and exit code, and rejects only when time is up', async t => {
  const arena = await withArena(t);
  t.deepEqual(await arena.run('sh', ['-c', 'cat; echo bad >&2; exit 3'], { input: 'in' }), {
    code: 3,
    stdout: 'in',
    stderr: 'bad\n',
  });
  t.is((await arena.run('no-such-program', [])).code, 127);
  await t.throwsAsync(arena.run('sleep', ['300'], { timeout: 50 }), { message: /no end after 50 ms/ });
});

test('the environment is the arena’s own', async t => {
  const arena = await withArena(t);
  const { stdout } = await arena.run('env', [], { cwd: await arena.repository() });
  t.notRegex(stdout, /^(TMUX|TMUX_PANE|CLAUDE\w*|CODEX\w*|ANTHROPIC\w*|ACTOR_NAME)=/m);
  t.true(stdout.includes(`ACTOR_HOME=${join(arena.root, 'actor')}\n`));
  const log = await arena.run('git', ['log', '--format=%s %D'], { cwd: join(arena.root, 'repo') });
  t.is(log.stdout, 'Start HEAD -> main\n');
});

test('eventually tells the last value; holds fails at the first wrong one', async t => {
  let count = 0;
  t.is(
    await eventually(
      () => ++count,
      value => value === 3,
      { every: 1 },
    ),
    3,
  );
  const late = await t.throwsAsync(
    eventually(
      () => 'screen of the moment',
      () => false,
      { timeout: 30, describe: () => 'and more' },
    ),
  );
  t.regex(late.message, /screen of the moment[\s\S]*and more/);
  await t.throwsAsync(
    holds(
      () => ++count,
      value => value < 5,
      200,
    ),
    { message: /did not hold/ },
  );
});
