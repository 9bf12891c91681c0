/** Where a person ends up: by quitting agents, in a second terminal, in a small one, inside another tmux. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../helpers/root.js';
import { Rpc } from '../helpers/rpc.js';
import { eventually, holds } from '../helpers/wait.js';
import { tellOfWindows } from './window-story.js';

test.serial(
  'quitting an agent leads back to main, quitting main to the shell, with what still runs',
  async t => {
    const story = await tellOfWindows(t);
    await story.make('busy', 'sleep 300');
    await story.until('busy', ({ status }) => status === 'working');
    await story.make('fix', 'true');
    await story.ok('wait', 'fix');
    const person = await story.person(['shell']);
    await person.sees(/♛ main/);
    // A C-d that comes before bash reads is lost.
    await story.until('main', ({ status }) => status === 'idle');
    // The window before this one is not main's.
    await person.fingers('M-1', 'M-2');
    await eventually(story.shown, list => list.join() === 'fix');
    await person.fingers('C-d');
    await eventually(story.shown, list => list.join() === 'main');
    await person.sees(/♛ main/);
    await person.fingers('C-d');
    await person.sees(/main has ended; still running: busy \(working\); actor down ends it/);
    t.is(await eventually(person.exitStatus, status => status !== null), 0);
    t.is((await story.show('busy')).status, 'working');
  },
);

test.serial('an agent that tells of its end before it goes leads back all the same', async t => {
  const story = await tellOfWindows(t);
  // As claude does; it goes when the daemon knows.
  const agent = `#!/bin/sh
tell() { printf '{"session_id":"c","source":"startup","reason":"prompt_input_exit"}' | '${packageRoot}/hooks/agent-event.sh' "$1"; }
tell SessionStart
echo here I am
read -r _
tell SessionEnd
while ls "$ACTOR_HOME"/inbox/*SessionEnd* >/dev/null 2>&1; do sleep 0.05; done
`;
  await writeFile(join(story.bin, 'claude'), agent, { mode: 0o755 });
  await story.ok('--detach', 'claude');
  await story.ok('new', 'fix', '--agent', 'claude');
  const person = await story.person(['attach', 'fix']);
  await person.sees(/here I am[\s\S]*C-z menu/);
  await person.fingers('Enter');
  await eventually(story.shown, list => list.join() === 'main');
  await story.until('fix', ({ status, window }) => status === 'ended' && window === null);
  await person.fingers('Enter');
  t.is(await eventually(person.exitStatus, status => status !== null), 0);
  t.is((await story.show('main')).status, 'ended');
});

test.serial('a session that is discarded or taken down leaves those who look at it with main', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  for (const name of ['one', 'two', 'three']) await story.make(name, 'true');
  await story.ok('wait');
  const person = await story.person(['attach', 'three']);
  await eventually(story.shown, list => list.join() === 'three');
  await person.fingers('M-3');
  await eventually(story.shown, list => list.join() === 'two');
  const other = await story.person(['attach', 'one']);
  await eventually(story.shown, list => list.join() === 'one,two');
  await story.ok('discard', 'two');
  await eventually(story.shown, list => list.join() === 'main,one');
  await story.ok('down', 'one');
  await eventually(story.shown, list => list.join() === 'main,main');
  await story.make('four', 'sleep 300');
  await story.until('four', ({ status }) => status === 'working');
  await story.ok('down', 'main');
  for (const terminal of [person, other]) {
    t.is(await eventually(terminal.exitStatus, status => status !== null), 0);
    const lines = (await terminal.screen()).split('\n').filter(line => /main has ended/.test(line));
    t.deepEqual(lines, ['main has ended; still running: three (idle), four (working); actor down ends them']);
  }
});

test.serial('actor down leaves nobody in a window, and says to each that nothing runs', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  await story.make('busy', 'sleep 300');
  await story.until('busy', ({ status }) => status === 'working');
  const terminals = [await story.person(['attach']), await story.person(['attach', 'busy'])];
  await eventually(story.shown, list => list.join() === 'busy,main');
  await story.ok('down');
  for (const terminal of terminals) {
    t.is(await eventually(terminal.exitStatus, status => status !== null), 0);
    await terminal.sees(/main has ended; nothing else runs/);
  }
});

test.serial('two terminals look where they like, and one’s menu is its own', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  await story.make('fix', 'true');
  await story.ok('wait');
  const left = await story.person(['attach']);
  const right = await story.person(['attach', 'fix'], { width: 60, height: 15 });
  await eventually(story.shown, list => list.join() === 'fix,main');
  await left.fingers('C-z');
  await left.sees(/2 sessions/);
  await right.type('echo ns');
  await right.sees(/[$#] echo ns/);
  await left.fingers('j', 'Enter');
  await eventually(story.shown, list => list.join() === 'fix,fix');
  await left.fingers('C-q');
  t.is(await eventually(left.exitStatus, status => status !== null), 0);
  t.deepEqual(await story.shown(), ['fix']);
  // Typed in a window of actor's, attach moves those who look at it, and puts no tmux into itself.
  await right.fingers('C-u');
  await right.type('actor attach main');
  await right.fingers('Enter');
  await eventually(story.shown, list => list.join() === 'main');
});

test.serial('what main was not told yet stands in the status line until it is', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  const person = await story.person(['attach']);
  await person.sees(/C-z menu/);
  await person.type('read x');
  await person.fingers('Enter');
  await story.until('main', ({ status }) => status === 'working');
  await story.make('one', 'true', '--no-worktree');
  await story.make('two', 'true', '--no-worktree');
  await person.sees(/2 events waiting {2}C-z menu/);
  await person.resize(60, 15);
  await person.sees(/2 events {2}C-z menu/);
  await person.fingers('x', 'Enter');
  await person.sees(/\[actor\] one completed[\s\S]*\[actor\] two completed/);
  await person.sees(/^((?!\d events?)[\s\S])*$/);
  t.is((await story.show('main')).waiting_events, 0);
});

test.serial(
  'a terminal of 60 columns and 15 lines shows what matters, also after a change of its size',
  async t => {
    const story = await tellOfWindows(t);
    await story.ok('--detach', 'shell');
    for (const name of ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'])
      await story.make(name, 'true', '--no-worktree', '--purpose', `the purpose of ${name} is long`);
    await story.ok('wait');
    await story.make('busy', 'sleep 300', '--no-worktree');
    const person = await story.person(['attach'], { width: 140, height: 40 });
    await person.sees(/♛ main.*sixth.*C-z menu/);
    await person.resize(60, 15);
    const small = await person.sees(/♛ main.{0,40}>.*★ 1.*C-z menu/);
    t.true(small.split('\n').every(line => line.length <= 60));
    await person.fingers('C-z');
    const menu = await person.sees(
      /8 sessions, 1 at work[\s\S]*♛[\s\S]*★ .*busy[\s\S]*the purpose[\s\S]*n s d x m q/,
    );
    t.true(menu.split('\n').every(line => line.length <= 60));
    await person.fingers('n');
    await person.sees(/New session in/);
    await person.fingers('Escape');
    await person.sees(/^((?!New session)[\s\S])*$/);
    await person.resize(140, 40);
    await person.sees(/♛ main.*sixth.*C-z menu/);
    await person.fingers('C-q');
    t.is(await eventually(person.exitStatus, status => status !== null), 0);
  },
);

test.serial('inside another tmux it works, and says once how to leave', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  const env = { TMUX: '/tmp/of-the-user,1,0', TMUX_PANE: '%7' };
  const person = await story.person(['attach'], { env });
  await person.sees(/a tmux inside your tmux: C-q leaves this one/);
  await person.fingers('x');
  await person.sees(/C-z menu/);
  await person.fingers('C-q');
  t.is(await eventually(person.exitStatus, status => status !== null), 0);
  t.notRegex(await person.screen(), /inside/);
});

test.serial('without UTF-8 marks are ASCII, and without colours they are still there', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  await story.make('bad', '(exit 1)');
  await story.ok('wait', 'bad').catch(() => '');
  await story.make('busy', 'sleep 300');
  const person = await story.person(['attach'], { env: { LANG: 'C', NO_COLOR: '1' } });
  await person.sees(/1 \^ main {2}2 x obad {2}3 > busy/);
  const coloured = /\x1b\[[0-9;]*3[1-7]m/;
  t.notRegex(await person.styledScreen(), coloured);
  await person.fingers('C-z');
  await person.sees(/\^ {3}main[\s\S]*> {2}busy[\s\S]*xo bad/);
  t.notRegex(await person.styledScreen(), coloured);
  const other = await story.person(['attach']);
  await other.sees(/♛ main/);
  t.regex(await other.styledScreen(), coloured);
});

test.serial('the words of other people are shown in the menu, and do nothing there', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  const file = join(story.home, 'touched');
  const evil = [
    `#(touch ${file})`,
    '#{pid}#[fg=red]',
    `$(touch ${file})\`touch ${file}\``,
    '\x1b]0;owned\x07\x1b[31m\x1b[2J',
    '\u202eabc\u2067\u200b\u200f\ufeff',
    '👩‍👩‍👧日本語é',
    `'; kill-server ; run-shell "touch ${file}" ; '`,
    '%1%%',
  ];
  for (const [index, purpose] of evil.entries())
    await story.make(`e${index}`, 'true', '--no-worktree', '--purpose', purpose);
  await story.make('long', `head -c 10000 /dev/zero | tr '\\0' '#'`, '--no-worktree');
  await story.make('branch', 'true', '--branch', `x#(touch\${IFS}${file})`);
  await story.ok('wait');
  const person = await story.person(['attach'], { width: 150, height: 40 });
  await person.sees(/C-z menu/);
  await person.fingers('C-z');
  const menu = await person.sees(/11 sessions[\s\S]*long {2,}♯♯♯/);
  const rows = menu.split('\n').filter(line => /─> \d/.test(line));
  t.is(rows.length, 11, menu);
  // After the prefix of the tree, the same columns in each row.
  for (const row of rows) t.regex(row, /^[├└]─> (\d: |\d\d:) [♛ ] {3}\S+( +\S.*)?$/u);
  t.regex(menu, /♯\(touch .*touched\)/);
  t.regex(menu, /♯\{pid\}♯\[fg=red\]/);
  t.regex(menu, /👩.*日本語é/);
  await person.fingers('/');
  await person.sees(/^filter:/m);
  await person.fingers('#', '(', 't');
  await person.sees(/─> \d+: .*e0/);
  await person.fingers('C-u');
  await person.type(`'; kill-server ; #(touch ${file}) '%`);
  await person.sees(/filter: ?'; kill-server ; #\(touch .*\) '%/);
  await person.fingers('Enter', 'q');
  await person.sees(/C-z menu/);
  await holds(
    () =>
      access(file).then(
        () => 'touched',
        () => 'no',
      ),
    found => found === 'no',
    1000,
  );
  t.is((await story.list()).length, 11);
});

test.serial('a terminal that comes while the agent is being started waits for its window', async t => {
  const story = await tellOfWindows(t);
  await story.make('fix');
  const rpc = new Rpc(story);
  const plans = await Promise.all([1, 2, 3].map(() => rpc.call('attach', { name: 'fix' })));
  const { window } = await story.show('fix');
  for (const { argv } of plans) t.true(argv?.some(word => word.endsWith(`:${window}`)));
});
