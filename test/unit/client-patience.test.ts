/** By itself: it sets the clock by which clients wait. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ask } from '../../cli/client/ask.js';
import { findHome } from '../../cli/client/home.js';
import { eventually, holds } from '../helpers/wait.js';
import { temporaryHome } from './client-fake-daemon.js';

test('a daemon whose start takes a quarter of a minute, on a machine at its limit, is waited for', async t => {
  const path = await temporaryHome(t);
  const program = join(path, 'daemon.cjs');
  await writeFile(
    program,
    `const fs = require('node:fs'), net = require('node:net'), home = process.env.ACTOR_HOME;
     fs.writeFileSync(home + '/started', String(process.pid));
     const server = net.createServer(socket => socket.end('{"result":{}}\\n'));
     const look = setInterval(() => {
       if (!fs.existsSync(home + '/go')) return;
       clearInterval(look);
       server.listen(home + '/daemon.sock');
     }, 10);`,
  );
  const now = performance.now.bind(performance);
  t.teardown(async () => {
    performance.now = now;
    process.kill(Number(await readFile(join(path, 'started'), 'utf8')));
  });
  let isOver = false;
  const notices: string[] = [];
  const answer = ask(
    {
      method: 'status',
      params: () => ({}),
      caller: { cwd: '/', session: null },
      handlers: { notice: text => notices.push(text) },
      start: 'always',
      again: null,
    },
    { home: findHome({ ACTOR_HOME: path }, '/'), env: { PATH: process.env.PATH }, program },
  ).finally(() => {
    isOver = true;
  });
  answer.catch(() => {});
  await eventually(
    () => readFile(join(path, 'started'), 'utf8'),
    pid => pid !== '',
  );
  performance.now = () => now() + 15_000;
  await holds(
    () => isOver,
    over => !over,
  );
  await writeFile(join(path, 'go'), '');
  t.deepEqual(await answer, {});
  t.deepEqual(notices, ['no daemon has answered for 5 s; waiting for one that starts (actor daemon logs)']);
});
