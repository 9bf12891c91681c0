import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { shellWord } from '../../cli/domain/shell-word.js';
import { parseSettings } from '../../cli/store/settings.js';
import { captureScreen, lookAtPane } from '../../tmux/capture.js';
import { sendKeys } from '../../tmux/keys.js';
import { listPanes } from '../../tmux/panes.js';
import { Tmux } from '../../tmux/tmux.js';
import { closeWindow, openWindow, pokeDeadPane } from '../../tmux/window.js';
import { eventually } from '../helpers/wait.js';
import { killedClient, withServer } from './setup.js';

test('a window knows whose it is, and gets exactly its words and directory', async t => {
  const { arena, tmux } = await withServer(t);
  const dir = join(arena.root, 'a #{pid} #S%H');
  await mkdir(dir);
  const words = [
    'semi;',
    ';',
    'back\\;',
    "it's",
    '#{pid}',
    '#(id)',
    '$HOME',
    '',
    '-x',
    'two words',
    '~',
    'ü\ttab',
  ];
  const script = 'pwd >"$0"; printf "%s\\0" "$@" >>"$0"; exec sleep 300';
  const file = join(arena.root, 'words');
  const opened = await openWindow(tmux, {
    name: 'a.b-c_D',
    dir,
    argv: ['/bin/sh', '-c', script, file, ...words],
    options: { '@actor_name': 'a.b-c_D', '@actor_launch': 'l;' },
  });
  const told = await eventually(
    () => readFile(file, 'utf8'),
    text => text.endsWith('\0'),
  );
  t.is(told, `${dir}\n${words.join('\0')}\0`);
  const [pane, ...others] = (await listPanes(tmux))!;
  t.deepEqual(others, []);
  t.like(pane, { ...opened, name: 'a.b-c_D', launch: 'l;', dead: false, width: 200, height: 50 });
  t.is(await tmux.run(['list-windows', '-a', '-F', '#{window_name}']), 'a.b-c_D');
  await eventually(
    () => listPanes(tmux),
    panes => panes?.[0]?.command === 'sleep',
  );
});

test('a program without arguments is run without a shell of the user', async t => {
  const { arena, tmux } = await withServer(t);
  const opened = await openWindow(tmux, {
    name: 'one',
    dir: arena.home,
    argv: ['/bin/cat'],
    options: { '@actor_launch': '1' },
  });
  const program = () => realpath(`/proc/${opened.pid}/exe`);
  const cat = await realpath('/bin/cat');
  await eventually(program, path => path === cat);
  t.pass();
});

test('windows that open at the same time are all there, each with its marks', async t => {
  const { tmux, open } = await withServer(t);
  const names = Array.from({ length: 8 }, (_, index) => `w${index}`);
  const opened = await Promise.all(names.map(name => open(name)));
  const panes = (await listPanes(tmux))!;
  t.deepEqual(panes.map(pane => pane.name).toSorted(), names);
  t.deepEqual(
    Object.fromEntries(panes.map(pane => [pane.name, pane.pane])),
    Object.fromEntries(opened.map((window, index) => [names[index], window.pane])),
  );
});

test('a window takes the place of those with the same name, and of no other', async t => {
  const { tmux, open, arena } = await withServer(t);
  const dead = await open('same', ['true']);
  const other = await open('same-2');
  const living = await open('same');
  const replace = (name: string) =>
    openWindow(tmux, {
      name: 'window',
      dir: arena.home,
      argv: ['sleep', '300'],
      options: { '@actor_name': name, '@actor_launch': randomUUID() },
      replaces: '@actor_name',
    });
  const windows = async () => (await listPanes(tmux))!.map(pane => pane.window).toSorted();
  t.deepEqual(await windows(), [dead.window, other.window, living.window].toSorted());
  const next = await replace('same');
  t.deepEqual(await windows(), [other.window, next.window].toSorted());
  await closeWindow(tmux, other.window);
  const last = await replace('same');
  t.deepEqual(await windows(), [last.window]);
  await t.throwsAsync(replace('#(id)'), { instanceOf: RangeError });
});

test('a client killed while it opens a window leaves none without marks', async t => {
  const { tmux, arena } = await withServer(t);
  const count = async () => (await listPanes(tmux))!.length;
  const outcome = { opened: 0, not: 0 };
  let delay = 4;
  for (let run = 0; run < 40; run++) {
    const before = await count();
    const killed = await killedClient(arena, tmux, delay);
    // Half of them are the first window, born with its session.
    if (run % 2 === 0) for (const pane of (await listPanes(tmux))!) await closeWindow(tmux, pane.window);
    const opening = openWindow(killed, {
      name: 'w',
      dir: '/',
      argv: ['sleep', '300'],
      options: { '@actor_launch': randomUUID() },
    });
    await opening.catch(() => {});
    const windows = (await tmux.run(['list-sessions', '-F', '#{session_windows}'])) || '0';
    t.is(await count(), Number(windows));
    const appeared = (await count()) > (run % 2 === 0 ? 0 : before);
    outcome[appeared ? 'opened' : 'not']++;
    delay = Math.max(0, delay + (appeared ? -0.5 : 0.5));
  }
  t.log(outcome, `around ${delay} ms`);
  t.true(outcome.opened > 0 && outcome.not > 0);
});

test('what cannot be opened leaves nothing', async t => {
  const { arena, tmux } = await withServer(t);
  const request = { name: 'x', dir: arena.home, argv: ['sleep', '300'], options: {} };
  await t.throwsAsync(openWindow(tmux, { ...request, dir: '/nonexistent' }), {
    message: /no such directory/,
  });
  await t.throwsAsync(openWindow(tmux, { ...request, name: '#(id)' }), { instanceOf: RangeError });
  await t.throwsAsync(openWindow(tmux, { ...request, argv: ['echo', 'x'.repeat(20_000)] }), {
    message: /too long/,
  });
  t.is(await tmux.run(['list-sessions']), '');
});

test('the list holds only actor’s windows, each once, with its own words only in its own fields', async t => {
  const { tmux, open } = await withServer(t);
  const { pane } = await open('titled', [
    '/bin/sh',
    '-c',
    `printf '\\033]2;a\\tb #(touch x) %s\\007' c; exec sleep 300`,
  ]);
  await tmux.run(['new-window', '-d', '-t', '=actor:', '--', 'sleep', '300']);
  await tmux.run(['new-session', '-d', '-t', '=actor', '-s', 'client-x']);
  const panes = await eventually(
    () => listPanes(tmux),
    list => list?.[0]?.title.includes('touch') === true,
  );
  t.is(panes?.length, 1);
  t.like(panes?.[0], { pane, name: 'titled', inMode: false });
});

test('how a process ended is told, and the screen stays', async t => {
  const { tmux, open } = await withServer(t);
  // Under load tmux 3.3a can lose what a program writes just before it ends: this one waits until it is shown.
  const exits = await open('exits', ['/bin/sh', '-c', 'echo last words; read line; exit 7']);
  await eventually(
    () => captureScreen(tmux, exits.pane),
    screen => screen.startsWith('last words\n'),
  );
  await sendKeys(tmux, exits.pane, ['Enter']);
  await open('killed', ['/bin/sh', '-c', 'kill -9 $$']);
  const panes = await eventually(
    async () => {
      await pokeDeadPane(tmux);
      return (await listPanes(tmux))!;
    },
    list => list.every(pane => pane.dead && (pane.deadStatus ?? pane.deadSignal) !== null),
  );
  t.like(panes[0], { name: 'exits', deadStatus: 7, deadSignal: null });
  t.like(panes[1], { name: 'killed', deadSignal: 9 });
  t.regex(await captureScreen(tmux, panes[0]!.pane), /^last words\n/);
});

test('closing the last window leaves a server to open the next', async t => {
  const { tmux, open } = await withServer(t);
  const { window } = await open('one');
  await closeWindow(tmux, window);
  await closeWindow(tmux, window);
  t.deepEqual(await listPanes(tmux), []);
  await open('two');
  t.is((await listPanes(tmux))?.length, 1);
});

test('a look gives screen and facts of one moment; scrollback on demand', async t => {
  const { tmux, open } = await withServer(t);
  const { pane } = await open('long', ['/bin/sh', '-c', 'seq 1 80; printf "> typed"; exec sleep 300']);
  const look = await eventually(
    () => lookAtPane(tmux, pane),
    seen => seen?.screen.includes('> typed') === true,
  );
  t.is(look!.screen.split('\n').length, 50);
  t.is(look!.screen.split('\n')[look!.pane.cursorY], '> typed');
  t.is(look!.pane.cursorX, 7);
  t.true((await captureScreen(tmux, pane, { scrollback: 100 })).startsWith('1\n2\n'));
  t.is(await lookAtPane(tmux, '%999'), null);
});

test('keys reach the program, also from under copy mode and the menu', async t => {
  const { tmux, recorder, open } = await withServer(t);
  const window = await recorder('keys');
  await tmux.run(['copy-mode', '-t', window.pane]);
  t.is(await sendKeys(tmux, window.pane, ['C-c']), 'sent');
  await tmux.run(['choose-tree', '-t', window.pane]);
  t.is(await sendKeys(tmux, window.pane, ['Escape']), 'sent');
  t.is(await sendKeys(tmux, window.pane, ['C-u', 'Enter']), 'sent');
  await eventually(window.received, bytes => bytes.equals(Buffer.from('\x03\x1b\x15\r')));
  await t.throwsAsync(sendKeys(tmux, window.pane, ['rm -rf']), { instanceOf: RangeError });
  t.is(await sendKeys(tmux, '%999', ['C-c']), 'dead');
  const { pane } = await open('dead', ['true', 'x']);
  await eventually(
    () => listPanes(tmux),
    panes => panes?.some(each => each.pane === pane && each.dead) === true,
  );
  t.is(await sendKeys(tmux, pane, ['C-c']), 'dead');
});

test('every key that the settings take for an interrupt can be pressed', async t => {
  const { tmux, recorder } = await withServer(t);
  const window = await recorder('interrupts');
  const signs = [...'q~;\'"#{}$%-\\'];
  const named = ['C-M-x', 'S-Up', 'C-Left', 'M-Enter', 'F12', 'DC', 'IC', 'PPage', 'PageUp', 'NPage', 'BTab'];
  for (const key of [...signs, ...named]) {
    const text = `agent "a" { command "a"; turn-end "hook"; interrupt ${JSON.stringify(key)} }`;
    t.deepEqual(parseSettings(text, '/settings.kdl').agents.get('a')?.interrupt, [key]);
    t.is(await sendKeys(tmux, window.pane, [key]), 'sent', key);
  }
  await eventually(window.received, bytes => bytes.toString('latin1').startsWith(signs.join('')));
});

test('a pipe takes the output, from the first byte on, to a path of any characters', async t => {
  const { arena, tmux } = await withServer(t);
  const file = join(arena.root, `o #{pid} %H it's`);
  await openWindow(tmux, {
    name: 'piped',
    dir: arena.root,
    argv: ['/bin/sh', '-c', 'echo first; exec sleep 300'],
    options: {},
    pipe: `cat >>${shellWord(file)}`,
  });
  const text = await eventually(
    () => readFile(file, 'utf8'),
    got => got.endsWith('\n'),
  );
  t.is(text, 'first\r\n');
});

test('twenty first windows at once: the session is made once, and all of them open', async t => {
  const { open } = await withServer(t);
  const opened = await Promise.all(Array.from({ length: 20 }, (_, index) => open(`w${index}`)));
  t.is(new Set(opened.map(({ window }) => window)).size, 20);
});

/** The real tmux, in which somebody makes the first window right after a command of ours has failed. */
class Overtaken extends Tmux {
  override async runAll(...args: Parameters<Tmux['runAll']>): Promise<string> {
    try {
      return await super.runAll(...args);
    } catch (error) {
      await super.runAll([['new-session', '-d', '-s', 'actor', 'sleep', '300']]).catch(() => {});
      throw error;
    }
  }
}

test('a session that another one makes after the first try has failed is used', async t => {
  const { arena, tmux } = await withServer(t);
  const { socket, config } = tmux;
  const overtaken = new Overtaken({ socket, config, environment: arena.env });
  const request = { name: 'w', dir: arena.home, argv: ['sleep', '300'], options: {} };
  const { window } = await openWindow(overtaken, request);
  t.regex(window, /^@\d+$/);
});
