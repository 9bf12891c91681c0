import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { ActorEvent } from '../../cli/protocol.js';
import { withArena } from '../helpers/arena.js';
import { Rpc } from '../helpers/rpc.js';
import { eventually } from '../helpers/wait.js';

const SESSIONS = Number(process.env.ACTOR_TEST_SESSIONS ?? 20);
const PROMPTS = Number(process.env.ACTOR_TEST_PROMPTS ?? 1000);
/** In milliseconds, the longest one last. */
const KILL_EVERY = [1500, 2500, 4000];

test('every prompt runs once and in order, every completion is told once, while the daemon is killed', async t => {
  t.timeout(600_000);
  const arena = await withArena(t);
  const repo = await arena.repository();
  const rpc = new Rpc(arena);
  await rpc.call('main', { agent: 'shell', args: [], role: null, name: null }, { cwd: repo });
  const names = Array.from({ length: SESSIONS }, (_, index) => `s${index}`);
  await Promise.all(names.map(name => rpc.call('new', fresh(name), { cwd: repo })));

  let kills = 0;
  const done = new AbortController();
  t.teardown(() => done.abort());
  const killing = (async () => {
    while (!done.signal.aborted) {
      // On a machine that is slow enough all of them would be killed at their start; each third one gets to work.
      if (kills % KILL_EVERY.length === KILL_EVERY.length - 1) await rpc.call('status', {});
      await delay(KILL_EVERY[kills % KILL_EVERY.length], undefined, { signal: done.signal }).catch(() => {});
      if (done.signal.aborted) return;
      const pid = Number(await readFile(join(arena.actorHome, 'daemon.pid'), 'utf8').catch(() => ''));
      if (pid > 0 && kill(pid)) kills++;
    }
  })();
  const each = PROMPTS / SESSIONS;
  await Promise.all(
    names.map(async name => {
      for (let number = 1; number <= each; number++) {
        const prompt = `echo ${number} >> "$HOME/${name}.ran"`;
        await rpc.call('run', {
          name,
          prompt,
          slash: false,
          now: false,
          wait: false,
          timeout_ms: null,
          key: `${name}-${number}`,
        });
      }
    }),
  );
  const waited = await rpc.call('wait', { names, any: false, timeout_ms: null });
  done.abort();
  await killing;
  t.is(waited.settled.length, SESSIONS);
  t.true(kills >= 3, `the daemon was killed ${kills} times`);

  const expected = Array.from({ length: each }, (_, index) => `${index + 1}\n`).join('');
  for (const name of names) t.is(await readFile(join(arena.home, `${name}.ran`), 'utf8'), expected, name);

  const { stdout } = await arena.actor('events', '--json');
  const events = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as ActorEvent);
  t.deepEqual(
    events.map(event => event.id),
    events.map((_, index) => index + 1),
    'ids grow by one',
  );
  const completed = events.filter(event => event.type === 'completed' && event.session !== 'main');
  t.is(completed.length, PROMPTS);
  for (const name of names) {
    const turns = completed.filter(event => event.session === name).map(event => event.turn);
    t.deepEqual(
      turns,
      Array.from({ length: each }, (_, index) => index + 1),
      name,
    );
  }

  // A shell main is told above its next prompt: give it some.
  await eventually(
    async () => {
      await rpc.call('run', {
        name: 'main',
        prompt: 'true',
        slash: false,
        now: false,
        wait: true,
        timeout_ms: null,
        key: `main-${Math.random()}`,
      });
      return (await rpc.call('show', { name: 'main' })).waiting_events;
    },
    waiting => waiting === 0,
    { every: 100 },
  );
  const told = await linesTold(arena.actorHome);
  const again = told.filter(line => line.includes('(told again)'));
  t.deepEqual(again, [], 'nothing was told twice');
  for (const name of names)
    t.is(told.filter(line => line.startsWith(`[actor] ${name} completed`)).length, each, name);
  t.log(`${PROMPTS} prompts over ${SESSIONS} sessions, the daemon killed ${kills} times`);
});

function fresh(name: string) {
  return {
    name,
    prompt: null,
    agent: 'shell',
    role: null,
    base: null,
    branch: null,
    dir: null,
    worktree: false,
    model: null,
    config: {},
    purpose: null,
    wait: false,
    timeout_ms: null,
    key: `new-${name}`,
  };
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** What stands in main's own record of its terminal. */
async function linesTold(actorHome: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  const lines: string[] = [];
  for (const launch of await readdir(join(actorHome, 'run'))) {
    const folder = join(actorHome, 'run', launch);
    const files = await readdir(folder).catch(() => [] as string[]);
    for (const file of files.filter(name => name.startsWith('output.')).sort()) {
      const text = await readFile(join(folder, file), 'utf8');
      lines.push(
        ...text
          .split(/\r?\n/)
          .map(line => line.slice(Math.max(0, line.indexOf('[actor]'))))
          .filter(line => line.startsWith('[actor]')),
      );
    }
  }
  return lines;
}
