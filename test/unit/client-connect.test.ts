import { execFileSync } from 'node:child_process';
import { rmdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ask, ConnectionLost, type Question } from '../../cli/client/ask.js';
import { CONNECT_DEADLINE, connect, type StartPolicy, untilGone } from '../../cli/client/connect.js';
import { findHome, SOCKET_PATH_LIMIT } from '../../cli/client/home.js';
import { tmuxStartCommand } from '../../cli/client/start.js';
import { withArena } from '../helpers/arena.js';
import { eventually } from '../helpers/wait.js';
import { actor, temporaryHome } from './client-fake-daemon.js';

/**
 * A daemon of a few lines: the first one takes the place, the others end with status 0; every start leaves a line. Its claim
 * is of nobody who lives, as for clients it is there only while it listens.
 */
const DAEMON = `
const fs = require('node:fs'), net = require('node:net'), home = process.env.ACTOR_HOME;
fs.appendFileSync(home + '/starts', JSON.stringify({ pid: process.pid, cwd: process.cwd(), env: process.env }) + '\\n');
try { fs.mkdirSync(home + '/place'); } catch { process.exit(0); }
fs.mkdirSync(home + '/owner', { recursive: true });
const claim = leaves => {
  const name = home + '/owner/' + (fs.readdirSync(home + '/owner').length + 1);
  fs.writeFileSync(name, JSON.stringify({ pid: process.pid, born: '', leaves }));
};
claim(null);
fs.rmSync(home + '/daemon.sock', { force: true });
const server = net.createServer(socket => socket.on('error', () => {}).on('data', data => {
  const { method } = JSON.parse(data);
  if (method === 'shutdown') { claim('for good'); fs.rmSync(home + '/daemon.sock'); process.exit(0); }
  if (method === 'show') { process.kill(process.pid, 'SIGKILL'); }
  socket.end(JSON.stringify({ result: { pid: process.pid } }) + '\\n');
}));
server.listen(home + '/daemon.sock');
setTimeout(() => process.exit(0), 30000);
`;

/** A home with a daemon program to start; what it started is ended in teardown. */
async function world(t: ExecutionContext, source = DAEMON, env: Record<string, string> = {}) {
  const path = await temporaryHome(t);
  const program = join(path, 'daemon.cjs');
  await writeFile(program, source);
  const home = findHome({ ACTOR_HOME: path }, '/');
  const where = { home, program, env: { PATH: process.env.PATH, ...env } };
  const open = (start: StartPolicy = 'always', limit = CONNECT_DEADLINE) =>
    connect({ ...where, start, deadline: performance.now() + limit });
  const starts = async () =>
    (await readFile(join(path, 'starts'), 'utf8').catch(() => ''))
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as { pid: number; cwd: string; env: Record<string, string> });
  t.teardown(async () => {
    for (const { pid } of await starts()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended by itself.
      }
    }
  });
  return { path, home, where, open, starts };
}

const caller = { cwd: '/', session: null };

const SHUTDOWN: Question<'shutdown'> = {
  method: 'shutdown',
  params: () => ({ leaves: 'for good' }),
  caller,
  handlers: {},
  start: 'never',
  again: null,
};

test('a daemon is started where none runs: detached, in /, with the environment but the session in it', async t => {
  const { open, starts, path } = await world(t, DAEMON, {
    FOO: 'bar',
    ACTOR_DEBUG: '1',
    TMUX: 'x',
    ACTOR_BRANCH: 'y',
  });
  (await open())!.destroy();
  const [started, ...others] = await starts();
  t.deepEqual(others, []);
  t.is(started!.cwd, '/');
  t.is(started!.env.FOO, 'bar');
  t.is(started!.env.ACTOR_DEBUG, '1');
  t.is(started!.env.ACTOR_HOME, path);
  t.is(started!.env.TMUX, undefined);
  t.is(started!.env.ACTOR_BRANCH, undefined);
  const stat = await readFile(`/proc/${started!.pid}/stat`, 'utf8');
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  t.is(group, started!.pid, 'leads its own process group');
});

test('the home is made, for its owner only', async t => {
  const { where, path } = await world(t);
  const home = findHome({ ACTOR_HOME: join(path, 'deep', 'home') }, '/');
  (await connect({
    ...where,
    home,
    start: 'always',
    deadline: performance.now() + CONNECT_DEADLINE,
  }))!.destroy();
  t.is((await stat(home.path)).mode & 0o777, 0o700);
  t.is((await stat(home.daemonErrors)).mode & 0o777, 0o600);
  await ask(SHUTDOWN, { ...where, home }).catch(() => null);
});

test('a running daemon is used', async t => {
  const { open, starts } = await world(t);
  (await open())!.destroy();
  (await open())!.destroy();
  t.is((await starts()).length, 1);
});

test('many clients at once, each of which starts one: one wins, all are served', async t => {
  const { open, starts } = await world(t);
  const sockets = await Promise.all(Array.from({ length: 6 }, () => open()));
  for (const socket of sockets) t.truthy(socket?.destroy());
  // They did meet: who lost may come to say so after the winner has served all.
  await eventually(starts, ({ length }) => length > 1);
});

test('a socket file that a killed daemon left is no daemon', async t => {
  const { open, starts, home, path } = await world(t);
  (await open())!.destroy();
  process.kill((await starts())[0]!.pid, 'SIGKILL');
  t.true(await untilGone(home, (await starts())[0]!.pid));
  t.true((await stat(home.socket)).isSocket());
  t.is(await open('never'), null);
  await rmdir(join(path, 'place'));
  (await open())!.destroy();
  t.is((await starts()).length, 2);
});

test('a daemon that is killed before it takes a connection is followed by the next one', async t => {
  const { open, starts, path, home } = await world(t);
  (await open())!.destroy();
  const { pid } = (await starts())[0]!;
  process.kill(pid, 'SIGSTOP');
  // Queued at once, and only looked at when this turn of the event loop ends, with the daemon gone.
  const opened = open();
  process.kill(pid, 'SIGKILL');
  rmdirSync(join(path, 'place'));
  const listensNoMore = `const look = () => require('node:net').connect(process.argv[1])
    .on('error', error => error.code === 'ECONNREFUSED' || look()).on('close', failed => failed || look()); look();`;
  execFileSync(process.execPath, ['-e', listensNoMore, home.socket], { timeout: 20_000 });
  (await opened)!.destroy();
  t.is((await starts()).length, 2);
});

test('a daemon that lost against one that was just ending is started again', async t => {
  const { open, starts, path } = await world(t);
  await mkdir(join(path, 'place'));
  const opened = open();
  await eventually(starts, ({ length }) => length >= 2);
  await rmdir(join(path, 'place'));
  (await opened)!.destroy();
  t.true((await starts()).length >= 3);
});

test('a daemon that dies at its start: its last words are in the error', async t => {
  const { open, home } = await world(t, `console.error('one\\nno room on the disk'); process.exit(7);`);
  await writeFile(home.daemonErrors, 'old words\n');
  const error = (await t.throwsAsync(() => open()))!;
  t.regex(error.message, /^the daemon did not start \(exit status 7\):\none\nno room on the disk$/);
});

test('a daemon that never answers: one deadline, and what it said', async t => {
  const { open, starts } = await world(
    t,
    `require('node:fs').appendFileSync(process.env.ACTOR_HOME + '/starts', JSON.stringify({ pid: process.pid }) + '\\n');
     console.error('still thinking'); setTimeout(() => {}, 20000);`,
  );
  const opened = open('always', 600);
  await eventually(starts, ({ length }) => length === 1);
  const error = (await t.throwsAsync(opened))!;
  t.regex(error.message, /did not answer/);
  t.is((await starts()).length, 1, 'it was started once');
});

test('nothing is started where it may not be', async t => {
  const { open, starts } = await world(t);
  t.is(await open('never'), null);
  t.deepEqual(await starts(), []);
});

test('a follower starts the next daemon after a kill, not after an end on purpose', async t => {
  const { open, where, starts, home, path } = await world(t);
  (await open())!.destroy();
  const lost = await t.throwsAsync(() =>
    ask(
      { method: 'show', params: () => ({ name: 'x' }), caller, handlers: {}, start: 'always', again: null },
      where,
    ),
  );
  t.true(lost instanceof ConnectionLost);
  await rmdir(join(path, 'place'));
  (await open('when-killed'))!.destroy();
  t.is((await starts()).length, 2, 'killed: started again');

  await t.throwsAsync(() => ask(SHUTDOWN, where));
  t.true(await untilGone(home, (await starts())[1]!.pid));
  t.is(await open('when-killed'), null);
  t.is((await starts()).length, 2, 'ended: not started again');
});

test('a request that may be repeated reaches the next daemon', async t => {
  const { where, starts, path } = await world(
    t,
    DAEMON.replace(
      "'show')",
      "'show' && fs.rmdirSync(home + '/place') === undefined && fs.readFileSync(home + '/starts', 'utf8').split('\\n').length === 2)",
    ),
  );
  const result = await ask(
    { method: 'show', params: () => ({ name: 'x' }), caller, handlers: {}, start: 'always', again: 'always' },
    where,
  );
  t.is((await starts()).length, 2);
  t.truthy(result, path);
});

test('a path that is too long for a socket is an error before anything is made', async t => {
  const root = await temporaryHome(t);
  const home = join(root, 'x'.repeat(SOCKET_PATH_LIMIT));
  const { code, stderr } = await actor(home, ['list']);
  t.is(code, 2);
  t.regex(
    stderr,
    /^actor: ACTOR_HOME is too long for a unix socket: .* has \d+ bytes, 107 are possible\nhint: /,
  );
  t.deepEqual(await readdir(root), []);
});

test('the longest possible path is possible, counted in bytes', t => {
  const longest = `/${'é'.repeat((SOCKET_PATH_LIMIT - '/daemon.sock'.length - 1) / 2)}`;
  t.is(Buffer.byteLength(findHome({ ACTOR_HOME: longest }, '/').socket), SOCKET_PATH_LIMIT);
  t.throws(() => findHome({ ACTOR_HOME: `${longest}x` }, '/'), { message: /108 bytes/ });
});

test('the home is absolute, and ~/.actor unless named', t => {
  t.is(findHome({ HOME: '/home/me' }, '/work').path, '/home/me/.actor');
  t.is(findHome({ HOME: '/home/me', ACTOR_HOME: '' }, '/work').path, '/home/me/.actor');
  t.is(findHome({ HOME: '/home/me', ACTOR_HOME: 'h' }, '/work').path, '/work/h');
});

test('from inside a window the tmux server starts it, outside of every process group of the caller', async t => {
  const arena = await withArena(t);
  const quoted = join(arena.root, "it's #{pid} $HOME");
  await mkdir(quoted);
  const program = join(quoted, 'daemon.cjs');
  await writeFile(program, DAEMON);
  const home = findHome({ ACTOR_HOME: quoted }, '/');
  const tmux = (...args: string[]) => arena.run('tmux', ['-S', home.tmuxSocket, '-f', '/dev/null', ...args]);
  t.teardown(() => tmux('kill-server'));
  await tmux('new-session', '-d', '-e', 'ACTOR_NAME=fix-nav', 'sleep 60');

  const env = { ...arena.env, ACTOR_NAME: 'fix-nav', ACTOR_HOME: quoted };
  const socket = await connect({
    home,
    env,
    program,
    start: 'always',
    deadline: performance.now() + CONNECT_DEADLINE,
  });
  socket!.destroy();
  const [line] = (await readFile(join(quoted, 'starts'), 'utf8')).split('\n');
  const started = JSON.parse(line!) as { pid: number; env: Record<string, string> };
  t.teardown(() => process.kill(started.pid, 'SIGKILL'));
  t.is(started.env.ACTOR_NAME, undefined);
  t.is(started.env.TMUX, undefined);
  t.is(started.env.ACTOR_HOME, quoted);
  await tmux('kill-server');
  t.true(await socketAnswers(home.socket), 'it lives on without the tmux server');
});

test('the command for tmux holds no format', t => {
  const home = findHome({ ACTOR_HOME: '/tmp/#{x}' }, '/');
  t.false(/(?<!#)#(##)*(?!#)/.test(tmuxStartCommand(home, ['/usr/bin/node', '/opt/#(id)/daemon.cjs', '0'])));
});

function socketAnswers(path: string): Promise<boolean> {
  return eventually(
    () => stat(path).then(() => true),
    answers => answers,
  );
}
