/** What a terminal can do, a program in a window can use: nothing of it ends at our tmux. */
import test from 'ava';
import { attachArgv, listClients } from '../../tmux/clients.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually, holds } from '../helpers/wait.js';
import { type Stage, withServer } from './setup.js';

/** A program that prints this (in the words of `printf`), then shows every byte that it gets as `cat -v` does. */
const shows = (print: string) => ({
  argv: ['/bin/sh', '-c', `stty raw -echo; printf '${print}ready '; exec cat -v`],
  says: 'ready',
});

/** A terminal on a window that runs `argv`, once it is drawn, with what the program says first. */
async function onWindow(
  stage: Stage,
  t: Parameters<typeof openTerminal>[0],
  { argv, says, term }: { argv: string[]; says: string; term?: string },
) {
  const opened = await stage.open('main', argv);
  const options = term === undefined ? {} : { env: { TERM: term } };
  const terminal = await openTerminal(t, stage.arena, attachArgv(stage.tmux, opened.window), options);
  await eventually(terminal.screen, screen => screen.includes('C-z menu') && screen.includes(says));
  return { ...opened, terminal };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

for (const term of ['xterm-256color', 'screen-256color'])
  test(`the clipboard of a ${term} is reached by programs and by copy mode`, async t => {
    const stage = await withServer(t);
    const script = `read x; printf '\\033]52;c;${base64('by the program')}\\007'; seq 1 50; echo copied words; exec sleep 300`;
    const { terminal } = await onWindow(stage, t, { argv: ['/bin/sh', '-c', script], says: '', term });
    // What our tmux is for the terminal around it, that one answers some time after the start.
    await eventually(
      () => stage.tmux.run(['list-clients', '-F', '#{client_termfeatures}']),
      features => features.includes('clipboard'),
    );
    const { raw } = terminal;
    await terminal.press('Enter');
    await eventually(raw, text => text.includes(base64('by the program')));
    await eventually(terminal.screen, screen => screen.includes('copied words'));
    await terminal.press('C-b', '[');
    for (const key of ['Up', 'C-a', 'C-Space', 'C-e', 'M-w']) await terminal.press(key);
    await eventually(raw, text => text.includes(base64('copied words')));
    t.pass();
  });

test('what is selected with the mouse is in the clipboard as well', async t => {
  const stage = await withServer(t);
  const script = 'echo one two three; exec sleep 300';
  const { terminal, pane } = await onWindow(stage, t, {
    argv: ['/bin/sh', '-c', script],
    says: 'one two',
    term: 'xterm-256color',
  });
  const { raw } = terminal;
  for (const event of ['\x1b[<0;5;1M', '\x1b[<32;6;1M', '\x1b[<32;8;1M']) await terminal.type(event);
  await eventually(
    () => stage.tmux.run(['display-message', '-p', '-t', pane, '#{selection_present}']),
    present => present === '1',
  );
  await terminal.type('\x1b[<0;8;1m');
  await eventually(raw, text => text.includes(base64('two')));
  t.pass();
});

test('a colour of 24 bits stays one', async t => {
  const stage = await withServer(t);
  const argv = ['/bin/sh', '-c', `printf '\\033[38;2;1;200;3mcoloured\\033[0m '; exec sleep 300`];
  const { terminal } = await onWindow(stage, t, { argv, says: 'coloured', term: 'xterm-256color' });
  await eventually(terminal.styledScreen, screen => screen.includes('\x1b[38;2;1;200;3mcoloured'));
  t.notRegex(await terminal.raw(), /\[38;5;\d+mcoloured/);
});

test('a program that asks for it is told of the terminal’s focus', async t => {
  const stage = await withServer(t);
  const { terminal } = await onWindow(stage, t, { ...shows('\\033[?1004h'), term: 'xterm-256color' });
  const count = (screen: string, what: string) => screen.split(what).length - 1;
  const before = await terminal.screen();
  await terminal.type('\x1b[O');
  await eventually(terminal.screen, screen => count(screen, '^[[O') > count(before, '^[[O'));
  const without = await terminal.screen();
  await terminal.type('\x1b[I');
  await eventually(terminal.screen, screen => count(screen, '^[[I') > count(without, '^[[I'));
  t.true((await terminal.raw()).includes('\x1b[?1004h'), 'the terminal was asked to tell');
});

test('a program that asks for no focus gets no bytes of it', async t => {
  const stage = await withServer(t);
  const { terminal } = await onWindow(stage, t, { ...shows(''), term: 'xterm-256color' });
  for (const event of ['\x1b[O', '\x1b[I', 'x']) await terminal.type(event);
  await eventually(terminal.screen, screen => screen.includes('ready x'));
  t.pass();
});

test('keys with modifiers reach a program that asks for them, and none loses what it had', async t => {
  const stage = await withServer(t);
  const { terminal } = await onWindow(stage, t, { ...shows('\\033[>4;2m'), term: 'xterm-256color' });
  // Shift-Enter and Ctrl-Enter as terminals with extended keys send them; Alt and arrows; Alt and a letter.
  const keys = ['\x1b[13;2u', '\x1b[13;5u', '\x1b[1;3A', '\x1b[1;3D', '\x1bb', '\x1b[Z'];
  for (const key of keys) await terminal.type(key);
  const wanted = keys.map(key => key.replace('\x1b', '^[')).join('');
  await eventually(terminal.screen, screen => screen.includes(`ready ${wanted}`));
  t.true((await terminal.raw()).includes('\x1b[>4;'), 'the terminal was asked to tell them apart');
});

test('Esc reaches the program at once, and is no Alt of the key after it', async t => {
  const stage = await withServer(t);
  const { terminal, window } = await onWindow(stage, t, shows(''));
  const other = await stage.open('other');
  await stage.tmux.run(['set-option', '-g', '@actor_main', other.window]);
  const times: number[] = [];
  for (let count = 1; count <= 5; count++) {
    await terminal.press('Escape');
    const pressed = performance.now();
    await eventually(terminal.screen, screen => screen.split('^[').length - 1 === count, { every: 5 });
    times.push(performance.now() - pressed);
  }
  await terminal.press('m');
  await eventually(terminal.screen, screen => screen.includes('^[m'));
  t.is((await listClients(stage.tmux))[0]?.window, window);
  // tmux waits for half a second unless it is told not to.
  t.true(Math.min(...times) < 300, `${times}`);
});

test('the terminal’s title is the session, whatever a program calls itself', async t => {
  const stage = await withServer(t);
  const evil = `read x; printf '\\033]0;owned \\033\\\\\\033]2;#(touch ~/x)#{pid}\\007'; printf '\\033kx\\033\\\\'; echo done; exec sleep 300`;
  const { terminal, pane } = await onWindow(stage, t, {
    argv: ['/bin/sh', '-c', evil],
    says: '',
    term: 'xterm-256color',
  });
  await eventually(terminal.title, title => title === 'main - actor');
  const { raw } = terminal;
  await terminal.press('Enter');
  await eventually(terminal.screen, screen => screen.includes('done'));
  await eventually(
    () => stage.tmux.run(['display-message', '-p', '-t', pane, '#{pane_title}']),
    title => title.includes('touch'),
  );
  await stage.open('fix');
  await terminal.press('M-2');
  await eventually(terminal.title, title => title === 'fix - actor');
  await terminal.press('M-1');
  await eventually(terminal.title, title => title === 'main - actor');
  t.notRegex(await raw(), /owned|touch/);
});

test('a window has the size of who used it last; others look at their own in full', async t => {
  const stage = await withServer(t);
  const { arena, tmux, open } = stage;
  const main = await open('main');
  const fix = await open('fix');
  const large = await openTerminal(t, arena, attachArgv(tmux, main.window), { width: 140, height: 40 });
  const small = await openTerminal(t, arena, attachArgv(tmux, main.window), { width: 60, height: 15 });
  const size = (window: string) => () =>
    tmux.run(['display-message', '-p', '-t', window, '#{window_width}x#{window_height}']);
  for (const terminal of [large, small])
    await eventually(terminal.screen, screen => screen.includes('C-z menu'));
  await small.type('x');
  await eventually(size(main.window), text => text === '60x14');
  await large.type('x');
  await eventually(size(main.window), text => text === '140x39');
  await small.press('M-2');
  await eventually(size(fix.window), text => text === '60x14');
  // What was resized for the key that led away is whole again when the person at the other terminal comes to it.
  await large.type('\x1b[I');
  await eventually(size(main.window), text => text === '140x39');
  await small.type('x');
  await holds(size(main.window), text => text === '140x39');
  await large.press('C-q');
  await small.press('M-1');
  await eventually(size(main.window), text => text === '60x14');
  t.pass();
});

test('a terminal that becomes small keeps its menu, and scrolls', async t => {
  const stage = await withServer(t);
  const mode = (pane: string) => () => stage.tmux.run(['display-message', '-p', '-t', pane, '#{pane_mode}']);
  const { terminal, pane } = await onWindow(stage, t, {
    argv: ['/bin/sh', '-c', 'seq 1 200; exec sleep 300'],
    says: '200',
  });
  await stage.open('fix');
  await terminal.press('C-z');
  await eventually(terminal.screen, screen => /main[\s\S]*fix/.test(screen));
  await terminal.resize(60, 15);
  const menu = await eventually(terminal.screen, screen => /fix[\s\S]*main[\s\S]*n s d x m q/.test(screen));
  t.true(
    menu.split('\n').every(line => line.length <= 60),
    menu,
  );
  await terminal.press('q');
  await eventually(mode(pane), value => value === '');
  await terminal.press('PageUp');
  await eventually(mode(pane), value => value === 'copy-mode');
  const fact = (format: string) => async () =>
    Number(await stage.tmux.run(['display-message', '-p', '-t', pane, `#{${format}}`]));
  for (const [width, height] of [
    [100, 30],
    [60, 15],
  ] as const) {
    await terminal.resize(width, height);
    await eventually(fact('window_height'), lines => lines === height - 1);
  }
  const position = fact('scroll_position');
  const before = await position();
  await terminal.type('\x1b[<64;5;5M');
  await eventually(position, now => now > before);
  for (let count = 0; count < 4; count++) await terminal.press('PageDown');
  await eventually(mode(pane), value => value === '');
  await eventually(terminal.screen, screen => /^200$/m.test(screen));
});
