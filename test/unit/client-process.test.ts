/** The built client as a process: what only a process shows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { fakeDaemon, temporaryHome } from './client-fake-daemon.js';

const ACTOR = join(packageRoot, 'dist', 'actor.cjs');

interface Running {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | string | null>;
}

function start(t: ExecutionContext, home: string, program: string, words: string[]): Running {
  const child = spawn(program, words, {
    env: { PATH: process.env.PATH, ACTOR_HOME: home, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', piece => {
    out += String(piece);
  });
  child.stderr.on('data', piece => {
    err += String(piece);
  });
  const ended = new Promise<number | string | null>(resolve =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  return { child, out: () => out, err: () => err, ended };
}

/** A daemon that sends one event and then nothing more. */
async function silentDaemon(t: ExecutionContext): Promise<string> {
  const home = await temporaryHome(t);
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.write('{"item":{"id":1,"time":"2026-11-23T07:10:00Z","session":"a","type":"started"}}\n'),
    );
    t.teardown(() => socket.destroy());
  });
  await new Promise<void>(resolve => server.listen(join(home, 'daemon.sock'), resolve));
  t.teardown(() => server.close());
  return home;
}

test('Ctrl-C ends a command that waits, with 130 and without a word', async t => {
  const { child, out, err, ended } = start(t, await silentDaemon(t), process.execPath, [
    ACTOR,
    'events',
    '-f',
    '--json',
  ]);
  await eventually(out, text => text.includes('"id":1'));
  child.kill('SIGINT');
  t.is(await ended, 130);
  t.is(err(), '');
});

test('a reader that has enough ends it without a word', async t => {
  const many = Array.from({ length: 20_000 }, (_, id) => ({
    item: { id, session: 'a', text: 'x'.repeat(100) },
  }));
  const { home } = await fakeDaemon(t, { events: [...many, { result: { last: 1 } }] as never });
  const { out, err, ended } = start(t, home, 'bash', [
    '-c',
    `set -o pipefail; "$0" ${ACTOR} events --json | head -n 2; echo "status $?"`,
    process.execPath,
  ]);
  t.is(await ended, 0);
  t.regex(out(), /^\{"id":0,.*\n\{"id":1,.*\nstatus 0\n$/);
  t.is(err(), '');
});

test('the daemon’s log is followed from one day to the next, until its reader has enough', async t => {
  const home = await temporaryHome(t);
  const log = (day: number, text: string) => appendFile(join(home, `daemon.log.2026-11-${day}`), text);
  await log(23, 'one\n');
  const { out, err, ended } = start(t, home, 'bash', [
    '-c',
    `set -o pipefail; "$0" ${ACTOR} daemon logs -f | sed -u 3q; echo "status $?"`,
    process.execPath,
  ]);
  await eventually(out, text => text === 'one\n');
  await log(23, 'two\n');
  await eventually(out, text => text === 'one\ntwo\n');
  await log(24, 'three\n');
  await eventually(
    () => log(24, 'more\n').then(out),
    text => text.includes('status'),
  );
  t.is(await ended, 0);
  t.is(out(), 'one\ntwo\nthree\nstatus 0\n');
  t.is(err(), '');
});

test('a log that nobody has begun cannot be followed', async t => {
  const home = join(await temporaryHome(t), 'none');
  const { err, ended } = start(t, home, process.execPath, [ACTOR, 'daemon', 'logs', '-f']);
  t.is(await ended, 1);
  t.is(err(), `actor: no daemon has run in ${home} yet\nhint: actor daemon start\n`);
});

for (const words of ['list --json', '--version', '--help'])
  test(`a result that finds no room is a failure, and no stack: ${words}`, async t => {
    const { home } = await fakeDaemon(t, { list: [{ result: [] }] });
    const { err, ended } = start(t, home, 'bash', [
      '-c',
      `"$0" ${ACTOR} ${words} > /dev/full`,
      process.execPath,
    ]);
    t.is(await ended, 1);
    t.is(err(), 'actor: cannot write the result: no space left on device\n');
  });

for (const [where, redirect] of [
  ['on a full disk', '2> /dev/full'],
  ['with its reader gone', '2> >(exec true)'],
] as const)
  test(`a standard error ${where} ends no command and changes no status`, async t => {
    const notices = Array.from({ length: 100 }, (_, i) => ({ notice: `${i}` }));
    const turn = { outcome: 'failed', reason: 'exit_status', message: 'said', duration_ms: 1 };
    const run = { name: 'a', prompt_id: 'p1', state: 'submitted', ahead: 0, ...turn };
    const { home } = await fakeDaemon(t, { run: [...notices, { result: run }] as never });
    const { out, ended } = start(t, home, 'bash', [
      '-c',
      `"$0" ${ACTOR} run a x --wait ${redirect}; echo "status $?"; "$0" ${ACTOR} nosuch ${redirect}; echo "status $?"`,
      process.execPath,
    ]);
    t.is(await ended, 0);
    t.is(out(), 'said\nstatus 5\nstatus 2\n');
  });

test('everything is written although the reader is slow', async t => {
  const many = Array.from({ length: 20_000 }, (_, id) => ({
    item: { id, session: 'a', text: 'x'.repeat(100) },
  }));
  const { home } = await fakeDaemon(t, { events: [...many, { result: { last: 1 } }] as never });
  const { out, ended } = start(t, home, 'bash', [
    '-c',
    `"$0" ${ACTOR} events --json | { read -r first; sleep 0.3; wc -l; }`,
    process.execPath,
  ]);
  t.is(await ended, 0);
  t.is(out().trim(), '19999');
});

test('an argument that is no UTF-8 is refused, and U+FFFD itself is not', async t => {
  const { home, requests } = await fakeDaemon(t, {
    run: [{ result: { name: 'a', prompt_id: 'p1', state: 'submitted', ahead: 0 } }],
  });
  const bad = start(t, home, 'bash', ['-c', `"$0" ${ACTOR} run a $'x\\xff'`, process.execPath]);
  t.is(await bad.ended, 2);
  t.regex(bad.err(), /^actor: the prompt is not valid UTF-8\nusage: /);
  const good = start(t, home, process.execPath, [ACTOR, 'run', 'a', 'x\uFFFD é 🚀']);
  t.is(await good.ended, 0);
  t.like(requests, { 0: { params: { prompt: 'x\uFFFD é 🚀' } }, length: 1 });
});

test('the current directory is gone', async t => {
  const { home } = await fakeDaemon(t, { list: [{ result: [] }] });
  const { err, ended } = start(t, home, 'bash', [
    '-c',
    `mkdir ${home}/d && cd ${home}/d && rmdir ../d && "$0" ${ACTOR} list`,
    process.execPath,
  ]);
  t.is(await ended, 1);
  t.regex(err(), /^actor: the current directory does not exist/);
});

test('the code cache is made where it is missing or broken, and changes nothing', async t => {
  const { home } = await fakeDaemon(t, { list: [{ result: [] }] });
  const dist = join(home, 'dist');
  await mkdir(dist);
  for (const name of ['actor.cjs', 'client.js'])
    await copyFile(join(packageRoot, 'dist', name), join(dist, name));
  const list = async () => {
    const { out, err, ended } = start(t, home, process.execPath, [join(dist, 'actor.cjs'), 'list', '--json']);
    t.is(await ended, 0, err());
    t.is(out(), '[]\n');
  };
  const caches = async () => (await readdir(dist)).filter(name => name.includes('.cache'));
  await list();
  const [cache, ...others] = await caches();
  t.deepEqual(others, []);
  const good = await readFile(join(dist, cache!));
  t.true(good.length > 10_000);

  for (const broken of ['', 'nonsense', good.subarray(0, 5000), Buffer.alloc(good.length)]) {
    await writeFile(join(dist, cache!), broken);
    await list();
    t.true((await readFile(join(dist, cache!))).length > 10_000);
    t.deepEqual(await caches(), [cache]);
  }
  await list();
});
