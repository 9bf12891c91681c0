import test from 'ava';
import { attachArgv, listClients } from '../../tmux/clients.js';
import { setOptions } from '../../tmux/options.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually } from '../helpers/wait.js';
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
