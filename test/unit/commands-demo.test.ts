/** The tour, for real: it needs bash, git and tmux, and takes some ten seconds. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Arena, withArena } from '../helpers/arena.js';
import { processesOf } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

function demo(t: ExecutionContext, arena: Arena) {
  const child = spawn(process.execPath, [join(packageRoot, 'dist', 'actor.cjs'), 'demo'], {
    cwd: arena.home,
    env: arena.env,
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', piece => {
      output += String(piece);
    });
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)));
  const home = () => join(/world in (\S+?),/.exec(output)?.[1] ?? '', 'actor');
  return { child, ended, home, output: () => output };
}

async function leftNothing(t: ExecutionContext, arena: Arena, home: string) {
  t.deepEqual(await processesOf(home, null), []);
  t.deepEqual(
    (await readdir(arena.tmp)).filter(name => name.startsWith('actor-')),
    [],
  );
  t.deepEqual(await readdir(arena.home), []);
}

test.serial('the tour shows it all, ends by itself within a minute, and leaves nothing', async t => {
  const arena = await withArena(t);
  const { ended, home, output } = demo(t, arena);
  const begin = performance.now();
  t.is(await ended, 0, output());
  t.true(performance.now() - begin < 60_000);
  t.regex(output(), /^\$ actor run build 'wc -c app\.js'\nqueued \(1 ahead\)$/m);
  t.regex(output(), /^ ★ {2}tests .*\n ★ {2}build /m);
  t.regex(output(), /^\[actor\] tests completed \(\d+s\): 42 tests passed$/m);
  t.regex(
    output(),
    /^\$ actor discard tests\nactor: [\s\S]*1 untracked file: notes\.txt[\s\S]*\(exit code 4\)$/m,
  );
  await leftNothing(t, arena, home());
});

test.serial('an interrupted tour leaves nothing either', async t => {
  const arena = await withArena(t);
  const { child, ended, home, output } = demo(t, arena);
  await eventually(output, text => text.includes('$ actor wait'));
  t.true((await processesOf(home(), null)).length > 0);
  child.kill('SIGINT');
  t.is(await ended, 130, output());
  await leftNothing(t, arena, home());
});
