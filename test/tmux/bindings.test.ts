import test from 'ava';
import { bindKeys, DEFAULT_KEYS } from '../../tmux/bindings.js';
import { attachArgv, listClients } from '../../tmux/clients.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually } from '../helpers/wait.js';
import { type Stage, withServer } from './setup.js';

const root = async ({ tmux }: Stage, table = 'root') =>
  new Map(
    (await tmux.run(['list-keys', '-T', table]))
      .split('\n')
      .map(line => /-T (?:root|menu)\s+(\S+)\s+(.*)$/.exec(line))
      .flatMap(match => (match ? [[match[1]!, match[2]!] as const] : [])),
  );

test('the default keys are those of the configuration', async t => {
  const bound = await root(await withServer(t));
  for (const [action, key] of Object.entries(DEFAULT_KEYS)) t.true(bound.has(key), `${action}: ${key}`);
});

test('keys are moved, swapped, given back to the agent, and come back', async t => {
  const stage = await withServer(t);
  const before = await root(stage);
  const menu = await root(stage, 'menu');
  await bindKeys(stage.tmux, { menu: 'C-a', quit: 'M-1', 'window-1': 'C-q', main: null });
  const moved = await root(stage);
  t.is(moved.get('C-a'), before.get('C-z'));
  t.is(moved.get('M-1'), before.get('C-q'));
  t.is(moved.get('C-q'), before.get('M-1'));
  t.is((await root(stage, 'menu')).get('C-a'), menu.get('C-z'), 'and closes it');
  t.false(moved.has('C-z'));
  t.false(moved.has('M-m'));
  t.is(await stage.tmux.run(['show-options', '-gqv', '@actor_menu_key']), 'C-a');

  await bindKeys(stage.tmux, {});
  t.deepEqual(await root(stage), before);
  t.deepEqual(await root(stage, 'menu'), menu);
  await bindKeys(stage.tmux, {});
  t.deepEqual(await root(stage), before);
});

test('a chosen key takes the place of a default one, whose action has none until it is free', async t => {
  const stage = await withServer(t);
  const before = await root(stage);
  await bindKeys(stage.tmux, { menu: 'M-m' });
  t.is((await root(stage)).get('M-m'), before.get('C-z'));
  await bindKeys(stage.tmux, { menu: 'M-m', main: 'M-x' });
  t.is((await root(stage)).get('M-m'), before.get('C-z'));
  t.is((await root(stage)).get('M-x'), before.get('M-m'));
  await bindKeys(stage.tmux, { menu: 'M-m' });
  await bindKeys(stage.tmux, {});
  t.deepEqual(await root(stage), before);
});

test('the moved key opens the menu, and the old one reaches the program', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  await bindKeys(tmux, { menu: 'C-y' });
  const main = await open('main', [
    'sh',
    '-c',
    'stty raw -echo; printf ready; dd bs=1 count=1 2>/dev/null | od -An -tx1; sleep 300',
  ]);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window));
  await eventually(terminal.screen, screen => screen.includes('ready') && screen.includes('C-y menu'));
  await terminal.press('C-z');
  await eventually(terminal.screen, screen => screen.includes('1a'));
  await terminal.press('C-y');
  await eventually(
    () => tmux.run(['display-message', '-p', '-t', main.pane, '#{pane_mode}']),
    mode => mode === 'tree-mode',
  );
  t.pass();
});

test('each action is done by the key that was chosen for it, and a key that was given back is the program’s', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const reader = ['/bin/sh', '-c', 'stty raw -echo; printf "ready "; exec cat -v'];
  const windows = [await open('main', reader)];
  for (let number = 2; number <= 9; number++) windows.push(await open(`w${number}`));
  const main = windows[0]!.window;
  await tmux.run(['set-option', '-g', '@actor_main', main]);
  const chosen = Object.fromEntries(windows.map((_, index) => [`window-${index + 1}`, `F${index + 1}`]));
  await bindKeys(tmux, { ...chosen, menu: 'F10', main: 'F11', quit: 'F12' });
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main));
  await eventually(terminal.screen, screen => /ready[\s\S]*F10 menu/.test(screen));
  const shows = (window: string) =>
    eventually(
      () => listClients(tmux),
      clients => clients[0]?.window === window,
    );
  for (const [index, { window }] of windows.entries()) {
    await terminal.press(`F${index + 1}`);
    await shows(window);
  }
  await terminal.press('F11');
  await shows(main);
  for (const key of ['C-z', 'C-q', 'M-m', 'M-1', 'M-9']) await terminal.press(key);
  await eventually(terminal.screen, screen => screen.includes('ready ^Z^Q^[m^[1^[9'));
  await terminal.press('F10');
  await eventually(terminal.screen, screen => /─> .*w9/.test(screen));
  await terminal.press('F10');
  await eventually(terminal.screen, screen => /^((?!─>)[\s\S])*$/.test(screen));
  await terminal.press('F12');
  await eventually(terminal.exitStatus, status => status === 0);
  t.pass();
});
