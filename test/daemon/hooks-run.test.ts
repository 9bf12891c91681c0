/** Hooks are other people's programs, of every kind: each ends in time, is told apart from the others, and costs nobody else. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type HookEnd, type HookRun, runHook } from '../../hooks/run.js';
import { withArena } from '../helpers/arena.js';
import { isAlive } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

type Run = (command: string, options?: Partial<HookRun>) => Promise<HookEnd>;

/** A directory for hooks to run in, and hooks that run there. */
async function place(t: ExecutionContext): Promise<{ run: Run; dir: string; folder: string }> {
  const { root, env } = await withArena(t);
  const dir = join(root, 'worktree');
  const folder = join(root, 'hook');
  for (const each of [dir, folder]) await mkdir(each);
  return {
    dir,
    folder,
    run: (command, options) => runHook({ command, dir, env, timeout: 30_000, folder, ...options }),
  };
}

/** A time limit that is met, in milliseconds: what a command does before it waits fits into it on a busy machine, too. */
const LIMIT = 3000;

const GOOD = { exitCode: 0, signal: null, cut: null, problem: null } as const;
const pidIn = async (file: string) => Number(await readFile(file, 'utf8'));
const isGone = (file: string) =>
  eventually(
    async () => isAlive(await pidIn(file)),
    alive => !alive,
  );

test('its exit status, and what it prints on both streams, in order', async t => {
  const { run, folder } = await place(t);
  const end = await run('echo out; echo err >&2; echo more; exit 3');
  t.like(end, { ...GOOD, exitCode: 3, output: 'out\nerr\nmore' });
  t.true(end.durationMs > 0 && end.durationMs < 30_000);
  t.like(await run('true'), { ...GOOD, output: '' });
  t.deepEqual(await readdir(folder), [], 'nothing is left');
});

test('where it runs, with exactly this environment, and nothing to read', async t => {
  const { run, dir } = await place(t);
  const { output } = await run('pwd; cat; echo "$A"; env | grep -c HOME', {
    env: { PATH: process.env.PATH ?? '', A: 'a b\n$(id)' },
  });
  t.is(output, `${dir}\na b\n$(id)\n0`);
});

test('/dev/stderr and /dev/stdout can be opened', async t => {
  const { run } = await place(t);
  t.is((await run('echo a >/dev/stderr; echo b >/dev/stdout')).output, 'a\nb');
});

test('of much output the end is kept, as text that a terminal can be shown', async t => {
  const { run } = await place(t);
  const { output } = await run(
    'seq 1 5000; printf "\\033[31mred\\033[0m\\a\\r\\n\\033]0;title\\a\\302\\233é\\n"',
  );
  t.true(output.endsWith('\n4999\n5000\nred\né'), output.slice(-60));
  t.true(output.length > 3000 && output.length <= 4096);
  const wide = await run('i=0; while [ $i -lt 3000 ]; do printf é; i=$((i+1)); done; printf x');
  t.regex(wide.output, /^é{2000,}x$/, 'a tail that begins inside of a character');
});

// By itself: its own time is counted.
test.serial('half a gigabyte of output does not keep the event loop', async t => {
  const { run } = await place(t);
  let worst = 0;
  let seen = performance.now();
  const ticks = setInterval(() => {
    worst = Math.max(worst, performance.now() - seen);
    seen = performance.now();
  }, 5);
  const before = process.cpuUsage();
  const end = await run('head -c 500000000 /dev/zero | tr "\\0" x; echo; echo last', { timeout: 50_000 });
  const { user, system } = process.cpuUsage(before);
  clearInterval(ticks);
  t.like(end, GOOD);
  t.true(end.output.endsWith('\nlast'));
  t.true((user + system) / 1000 < 1000, `${(user + system) / 1000} ms of our own time`);
  t.log(`longest pause of the event loop: ${worst.toFixed(0)} ms`);
});

test('a child in the background that keeps the output open is not waited for, and may go on printing', async t => {
  const { run, dir } = await place(t);
  const loop = 'while [ ! -e stop ]; do echo more; sleep 0.05; echo x >>went; done; echo >ended';
  const end = await run(`sh -c '${loop}' & echo first`);
  t.like(end, GOOD);
  t.regex(end.output, /^first$/m);
  t.true(end.durationMs < 10_000);
  const lines = async () => (await readFile(join(dir, 'went'), 'utf8').catch(() => '')).length;
  const then = await lines();
  await eventually(lines, count => count > then + 6);
  await writeFile(join(dir, 'stop'), '');
  await eventually(
    () => readFile(join(dir, 'ended'), 'utf8'),
    () => true,
  );
});

test('over its time the whole group is ended', async t => {
  const { run, dir } = await place(t);
  const end = await run('echo begun; sleep 300 & echo $! >child; echo $$ >shell; wait', { timeout: LIMIT });
  t.like(end, { exitCode: null, signal: 'SIGTERM', cut: 'time limit', output: 'begun' });
  for (const file of ['child', 'shell']) await isGone(join(dir, file));
});

test('who does not mind SIGTERM is killed, whoever of the group it is', async t => {
  const { run, dir } = await place(t);
  const stubborn = `trap "" TERM; echo $$ >$0; while :; do sleep 0.1; done`;
  const end = await run(`sh -c '${stubborn}' child & ${stubborn.replace('$0', 'shell')}`, { timeout: LIMIT });
  t.like(end, { exitCode: null, signal: 'SIGKILL', cut: 'time limit' });
  // The shell obeys, its child does not.
  await run(`sh -c '${stubborn}' other & wait`, { timeout: LIMIT });
  for (const file of ['child', 'shell', 'other']) await isGone(join(dir, file));
});

test('an abort ends it as the time limit does', async t => {
  const { run, dir } = await place(t);
  const abort = new AbortController();
  const running = run('echo $$ >shell; sleep 300', { signal: abort.signal });
  await eventually(
    () => pidIn(join(dir, 'shell')),
    pid => pid > 0,
  );
  abort.abort();
  t.like(await running, { exitCode: null, cut: 'aborted' });
  await isGone(join(dir, 'shell'));
  t.like(await run('touch ran', { signal: abort.signal }), { cut: 'aborted' });
  t.false((await readdir(dir)).includes('ran'), 'one that was aborted before it began does not begin');
});

test('a hook whose caller dies before it knows of it does not begin', async t => {
  const { dir, folder } = await place(t);
  const caller = join(dir, 'caller.mjs');
  const module = JSON.stringify(join(packageRoot, '.build', 'hooks', 'run.js'));
  await writeFile(
    caller,
    `import { writeFileSync } from 'node:fs';
import { runHook } from ${module};
const [command, dir, folder] = process.argv.slice(2);
const onSpawn = pid => {
  writeFileSync('shell', String(pid));
  process.kill(process.pid, 'SIGKILL');
};
runHook({ command, dir, folder, env: process.env, timeout: 1000, onSpawn });
`,
  );
  const { signal } = spawnSync(process.execPath, [caller, 'touch ran', dir, folder], { cwd: dir });
  t.is(signal, 'SIGKILL');
  await isGone(join(dir, 'shell'));
  t.false((await readdir(dir)).includes('ran'));
});

const BAD: Record<string, { command: string; end: Partial<HookEnd> }> = {
  'kills itself': { command: 'echo a; kill -9 $$', end: { exitCode: null, signal: 'SIGKILL', output: 'a' } },
  'kills its group': {
    command: 'echo a; kill -9 0',
    end: { exitCode: null, signal: 'SIGKILL', output: 'a' },
  },
  'closes its output': { command: 'exec >&- 2>&-; exit 7', end: { exitCode: 7, output: '' } },
  'is no shell': { command: 'if then fi', end: { exitCode: 2 } },
  'is not there': { command: 'no-such-program', end: { exitCode: 127 } },
  'removes its own directory': { command: 'rm -r "$PWD"; echo gone', end: { ...GOOD, output: 'gone' } },
};
for (const [name, { command, end }] of Object.entries(BAD))
  test(`a hook that ${name}`, async t => {
    const { run } = await place(t);
    const { durationMs, ...real } = await run(command);
    t.like(real, { cut: null, problem: null, ...end });
    t.true(durationMs < 20_000);
  });

test('some dozens of children that outlive it are all ended at its limit', async t => {
  const { run, dir } = await place(t);
  const end = await run(
    'for i in 1 2 3 4 5 6; do (for j in 1 2 3 4 5; do sleep 300 & echo $! >pid-$i$j; done; wait) & done; wait',
    { timeout: LIMIT },
  );
  t.is(end.cut, 'time limit');
  for (const file of (await readdir(dir)).filter(name => name.startsWith('pid-')))
    await isGone(join(dir, file));
});

test('what cannot be started says why', async t => {
  const { run, dir } = await place(t);
  t.regex((await run('true', { dir: join(dir, 'nowhere') })).problem ?? '', /no directory .*nowhere/);
  t.regex((await run('true\0')).problem ?? '', /null bytes/);
  t.regex((await run(`: ${'x'.repeat(200_000)}`)).problem ?? '', /E2BIG/);
  t.regex((await run('true', { folder: join(dir, 'nowhere') })).problem ?? '', /nowhere/);
});
