import test from 'ava';
import { attachArgv, detachClients, listClients, moveClients } from '../../tmux/clients.js';
import { listPanes } from '../../tmux/panes.js';
import { closeWindow } from '../../tmux/window.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually } from '../helpers/wait.js';
import { type Stage, withServer } from './setup.js';

async function talker({ open }: Stage, name: string) {
  return open(name, ['/bin/sh', '-c', `echo this is ${name}; exec sleep 300`]);
}

test('two terminals show two windows, and one following its person does not take the other along', async t => {
  const stage = await withServer(t);
  const { arena, tmux } = stage;
  const [main, fix] = [await talker(stage, 'main'), await talker(stage, 'fix')];
  const left = await openTerminal(t, arena, attachArgv(tmux, main.window));
  const right = await openTerminal(t, arena, attachArgv(tmux, fix.window), { width: 90, height: 20 });
  await eventually(left.screen, screen => screen.includes('this is main'));
  await eventually(right.screen, screen => screen.includes('this is fix'));

  const clients = await listClients(tmux);
  t.deepEqual(clients.map(client => client.window).toSorted(), [main.window, fix.window].toSorted());
  t.like(
    clients.find(client => client.window === fix.window),
    { width: 90, height: 20 },
  );

  await left.press('M-2');
  await eventually(left.screen, screen => screen.includes('this is fix'));
  await left.press('M-1');
  await eventually(left.screen, screen => screen.includes('this is main'));
  t.true((await right.screen()).includes('this is fix'));
});

test('clients of an ended session go to main, and nobody else does', async t => {
  const stage = await withServer(t);
  const { arena, tmux } = stage;
  const [main, fix, other] = [
    await talker(stage, 'main'),
    await talker(stage, 'fix'),
    await talker(stage, 'other'),
  ];
  const first = await openTerminal(t, arena, attachArgv(tmux, fix.window));
  const second = await openTerminal(t, arena, attachArgv(tmux, other.window));
  await eventually(
    () => listClients(tmux),
    clients => clients.length === 2,
  );
  const moved = await moveClients(tmux, fix.window, main.window);
  t.deepEqual(
    moved.map(client => client.window),
    [fix.window],
  );
  await closeWindow(tmux, fix.window);
  await eventually(first.screen, screen => screen.includes('this is main'));
  await eventually(second.screen, screen => screen.includes('this is other'));
  await t.throwsAsync(moveClients(tmux, main.window, '@99'));
  t.deepEqual(await moveClients(tmux, '@99', main.window), []);
});

test('detaching ends the clients and their tmux sessions, and no window', async t => {
  const stage = await withServer(t);
  const { arena, tmux } = stage;
  const [main, fix] = [await talker(stage, 'main'), await talker(stage, 'fix')];
  const terminals = [
    await openTerminal(t, arena, attachArgv(tmux, main.window)),
    await openTerminal(t, arena, attachArgv(tmux, fix.window)),
    await openTerminal(t, arena, attachArgv(tmux, fix.window)),
  ] as const;
  const windows = async () => (await listClients(tmux)).map(client => client.window).toSorted();
  await eventually(windows, list => list.length === 3);

  t.is((await detachClients(tmux, { window: main.window })).length, 1);
  await eventually(terminals[0].exitStatus, status => status === 0);
  t.deepEqual(await windows(), [fix.window, fix.window]);

  await terminals[1].close();
  await eventually(windows, list => list.length === 1);
  await terminals[2].press('C-q');
  await eventually(windows, list => list.length === 0);
  await eventually(
    () => tmux.run(['list-sessions', '-F', '#{session_name}']),
    names => names === 'actor',
  );
  t.is((await listPanes(tmux))?.length, 2);
  t.deepEqual(await detachClients(tmux), []);
});

test('a client of a server that is gone says so, and starts none', async t => {
  const { arena, tmux } = await withServer(t);
  await tmux.run(['kill-server']);
  await eventually(
    () => tmux.isAnswering(),
    answering => !answering,
  );
  const { code, stderr } = await arena.run(attachArgv(tmux, '@0')[0]!, attachArgv(tmux, '@0').slice(1));
  t.is(code, 1);
  t.not(stderr, '');
  t.deepEqual(await listClients(tmux), []);
  t.false(await tmux.isAnswering());
});

test('detaching never takes the server down, and leaves no tmux session of its own behind', async t => {
  const stage = await withServer(t);
  const { arena, tmux } = stage;
  const main = await talker(stage, 'main');
  const sessions = async () => (await tmux.run(['list-sessions', '-F', '#{session_name}'])).split('\n');
  // With destroy-unattached one detach in twelve crashed tmux 3.3a.
  for (let round = 0; round < 20; round++) {
    await openTerminal(t, arena, attachArgv(tmux, main.window));
    await eventually(
      () => listClients(tmux),
      clients => clients.length === 1,
    );
    await detachClients(tmux);
    await eventually(sessions, names => names.length === 1);
  }
  t.deepEqual(await sessions(), ['actor']);
});

test('a server without any window has no clients', async t => {
  const { tmux } = await withServer(t);
  t.deepEqual(await listClients(tmux), []);
  t.deepEqual(await detachClients(tmux), []);
});
