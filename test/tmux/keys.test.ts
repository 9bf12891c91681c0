import test from 'ava';
import { attachArgv, listClients } from '../../tmux/clients.js';
import { setOptions } from '../../tmux/options.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually, holds } from '../helpers/wait.js';
import { type Stage, withServer } from './setup.js';

const mode = (stage: Stage, pane: string) => () =>
  stage.tmux.run(['display-message', '-p', '-t', pane, '#{pane_mode}']);

test('C-z opens the menu over any session and closes it; Enter goes there in this terminal only', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const main = await open('main');
  const fix = await open('fix');
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window));
  const other = await openTerminal(t, arena, attachArgv(tmux, main.window));
  const shown = async () => (await listClients(tmux)).map(client => client.window).toSorted();
  await eventually(shown, list => list.length === 2);
  await eventually(terminal.screen, screen => screen.includes('C-z menu'));

  for (const close of ['C-z', 'q', 'Escape']) {
    await terminal.press('C-z');
    await eventually(mode(stage, main.pane), value => value === 'tree-mode');
    await eventually(terminal.screen, screen => /main[\s\S]*fix/.test(screen));
    await terminal.press(close);
    await eventually(mode(stage, main.pane), value => value === '');
  }
  await terminal.press('C-z');
  await eventually(mode(stage, main.pane), value => value === 'tree-mode');
  // Sorted by the windows' names.
  await terminal.press('k', 'Enter');
  await eventually(shown, list => list.join() === [main.window, fix.window].toSorted().join());
  await other.press('C-q');
  await eventually(shown, list => list.join() === fix.window);
  t.pass();
});

test('C-z and C-q work over copy mode, too', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const main = await open('main');
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window));
  await eventually(terminal.screen, screen => screen.includes('C-z menu'));
  await terminal.press('PageUp');
  await eventually(mode(stage, main.pane), value => value === 'copy-mode');
  await terminal.press('C-z');
  await eventually(mode(stage, main.pane), value => value === 'tree-mode');
  await terminal.press('C-q');
  await eventually(terminal.exitStatus, status => status === 0);
  t.pass();
});

test('M-m goes to main, wherever its window stands', async t => {
  const { arena, tmux, open } = await withServer(t);
  const fix = await open('fix');
  const main = await open('main');
  const terminal = await openTerminal(t, arena, attachArgv(tmux, fix.window));
  await eventually(terminal.screen, screen => screen.includes('C-z menu'));
  await terminal.press('M-m');
  await eventually(terminal.screen, screen => screen.includes('no main session runs'));
  await setOptions(tmux, [{ window: null, name: '@actor_main', value: main.window }]);
  await terminal.press('M-m');
  await eventually(
    () => listClients(tmux),
    clients => clients[0]?.window === main.window,
  );
  t.pass();
});

test('PageUp scrolls a plain session and PageDown comes back; with the alternate screen they go to the agent', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const plain = await open('plain', ['/bin/sh', '-c', 'seq 1 200; exec sleep 300']);
  const full = await open('full', [
    '/bin/sh',
    '-c',
    `stty raw -echo; printf '\\033[?1049hfull'; exec cat -v`,
  ]);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, plain.window));
  await eventually(terminal.screen, screen => screen.includes('\n200\n'));
  await terminal.press('PageUp');
  await eventually(terminal.screen, screen => screen.includes('\n150\n'));
  await terminal.press('PageDown');
  await eventually(mode(stage, plain.pane), value => value === '');
  await terminal.press('M-2');
  await eventually(terminal.screen, screen => screen.startsWith('full'));
  await terminal.press('PageUp', 'PageDown');
  await eventually(terminal.screen, screen => screen.includes('^[[5~^[[6~'));
  t.is(await mode(stage, full.pane)(), '');
});

test('the wheel scrolls a plain session, and gives arrows to a full screen that asks for no mouse', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const plain = await open('plain', ['/bin/sh', '-c', 'seq 1 200; exec sleep 300']);
  await open('full', ['/bin/sh', '-c', `stty raw -echo; printf '\\033[?1049hfull'; exec cat -v`]);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, plain.window));
  await eventually(terminal.screen, screen => screen.includes('\n200\n'));
  await terminal.type('\x1b[<64;5;5M');
  await eventually(mode(stage, plain.pane), value => value === 'copy-mode');
  await terminal.press('M-2');
  await eventually(terminal.screen, screen => screen.startsWith('full'));
  await terminal.type('\x1b[<64;5;5M');
  await eventually(terminal.screen, screen => screen.includes('^[[A^[[A^[[A'));
  await terminal.type('\x1b[<65;5;5M');
  await eventually(terminal.screen, screen => screen.includes('^[[B^[[B^[[B'));
  t.pass();
});

test('shift-Enter, in each form that terminals have, is CSI u for a program that asked for such keys', async t => {
  const { arena, tmux, open } = await withServer(t);
  t.is(await tmux.run(['display-message', '-p', '#{extended-keys-format}']), 'csi-u');
  const asks = `env | grep -c extended-keys; stty raw -echo; printf '\\033[>4;2mready'; exec cat -v`;
  const main = await open('main', ['/bin/sh', '-c', asks]);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window));
  const forms = ['\x1b[13;2u', '\x1b[27;2;13~'];
  await eventually(terminal.screen, screen => /^0\s+ready[^^]*C-z menu/.test(screen));
  for (const [index, form] of forms.entries()) {
    await terminal.send(form);
    await eventually(terminal.screen, screen => screen.includes('^[[13;2u'.repeat(index + 1)));
  }
  // What no program asked for is as it ever was: Alt-Enter, a bare Esc, the arrows with Alt.
  await terminal.send('\x1b\r');
  await eventually(terminal.screen, screen => screen.includes('2u^[^M'));
  await terminal.send('\x1b[1;3D');
  await eventually(terminal.screen, screen => screen.includes('^M^[[1;3D'));
});

test('an Esc is not held back, nor taken for the Alt of a key that follows', async t => {
  const { arena, tmux, open } = await withServer(t);
  const main = await open('main', ['/bin/sh', '-c', `stty raw -echo; printf ready; exec cat -v`]);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window));
  await eventually(terminal.screen, screen => /^ready[^^]*C-z menu/.test(screen));
  t.true(
    Number(await tmux.run(['show-options', '-sv', 'escape-time'])) <= 25,
    'in milliseconds; fingers need more',
  );
  await terminal.send('\x1b');
  await eventually(terminal.screen, screen => screen.startsWith('ready^['));
  await terminal.send('x');
  await eventually(terminal.screen, screen => screen.startsWith('ready^[x'));
});

test('no key after the prefix makes a foreign window or ends one', async t => {
  const { arena, tmux, open } = await withServer(t);
  const main = await open('main');
  await open('fix');
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window));
  await eventually(terminal.screen, screen => screen.includes('C-z menu'));
  const before = await tmux.run(['list-panes', '-s', '-t', '=actor', '-F', '#{window_id} #{pane_id}']);
  for (const key of ['c', '%', '"', '!', '&', 'x', '.', '$', ',', '<', '>', '-', '=', 'D', '{', '}']) {
    await terminal.press('C-b', key);
    await terminal.press('y');
  }
  // Keys are taken in their order: when this one has worked, the others have been.
  await terminal.press('C-b', 'n');
  await eventually(
    () => listClients(tmux),
    clients => clients[0]?.window !== main.window,
  );
  t.is(await tmux.run(['list-panes', '-s', '-t', '=actor', '-F', '#{window_id} #{pane_id}']), before);
});

test('no click in the menu ends a window: two clicks go there, and the right button has no menu of its own', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const main = await open('main');
  const fix = await open('fix');
  const terminal = await openTerminal(t, arena, attachArgv(tmux, main.window), {
    env: { TERM: 'xterm-256color' },
  });
  await eventually(terminal.screen, screen => screen.includes('C-z menu'));
  const listed = await tmux.run(['list-panes', '-s', '-t', '=actor', '-F', '#{window_id}']);
  await terminal.press('C-z');
  const menu = await eventually(terminal.screen, screen => /─> .*fix/.test(screen));
  const row = menu.split('\n').findIndex(line => /─> .*fix/.test(line)) + 1;
  await terminal.type(`\x1b[<2;10;${row}M`);
  await holds(terminal.screen, screen => !/Kill|Tag/.test(screen), 500);
  await terminal.type(`\x1b[<2;10;${row}m`);
  for (const key of ['X', 'y']) await terminal.press(key);
  await terminal.press('/');
  await eventually(terminal.screen, screen => screen.includes('filter:'));
  await terminal.press('Enter');
  await terminal.type(['M', 'm', 'M', 'm'].map(button => `\x1b[<0;10;${row}${button}`).join(''));
  await eventually(
    () => listClients(tmux),
    clients => clients[0]?.window === fix.window,
  );
  t.is(await tmux.run(['list-panes', '-s', '-t', '=actor', '-F', '#{window_id}']), listed);
});

test('arrows, j k and C-n C-p move in the menu, whose preview shows the screen of the session', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const says = (name: string) => open(name, ['/bin/sh', '-c', `echo this is ${name}; exec sleep 300`]);
  const first = await says('a-one');
  for (const name of ['b-two', 'c-three']) await says(name);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, first.window));
  await eventually(terminal.screen, screen => screen.includes('this is a-one'));
  await terminal.press('C-z');
  await eventually(terminal.screen, screen => /─> .*c-three[\s\S]*this is a-one/.test(screen));
  for (const [down, up] of [
    ['Down', 'Up'],
    ['j', 'k'],
    ['C-n', 'C-p'],
  ] as const) {
    await terminal.press(down);
    await eventually(terminal.screen, screen => screen.includes('this is b-two'));
    await terminal.press(down);
    await eventually(terminal.screen, screen => screen.includes('this is c-three'));
    for (const _ of [1, 2]) await terminal.press(up);
    await eventually(terminal.screen, screen => screen.includes('this is a-one'));
  }
  t.is((await listClients(tmux))[0]?.window, first.window);
});

test('fifty sessions leave a status line of 60 columns that says where one is, and a menu of aligned rows', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const windows = [];
  for (let number = 1; number <= 50; number++) windows.push(await open(`session-${number}`));
  await setOptions(tmux, [
    ...windows.map(({ window }, index) => ({
      window,
      name: '@actor_state' as const,
      value: ['', 'working', 'waiting', 'failed'][index % 4]!,
    })),
    ...(['@actor_waiting', '@actor_failed', '@actor_working'] as const).map(name => ({
      window: null,
      name,
      value: '12',
    })),
  ]);
  const at = windows[29]!;
  const terminal = await openTerminal(t, arena, attachArgv(tmux, at.window), { width: 60, height: 15 });
  const screen = await eventually(terminal.screen, text => text.includes('C-z menu'));
  const line = screen.split('\n').at(-1)!;
  t.true(line.length <= 60, line);
  t.regex(line, /<.*30 ★ session-30.*> ! 12 {2}✗ 12 {2}★ 12 {2}C-z menu$/);
  await terminal.press('C-z');
  const menu = await eventually(terminal.screen, text => /─> 30: .*session-30/.test(text));
  for (const row of menu.split('\n').filter(text => /─> /.test(text)))
    t.regex(row, /^[├└]─> (?:\d: |\d\d:) {2}[ ★!✗] {2}session-\d+ *$/);
});
