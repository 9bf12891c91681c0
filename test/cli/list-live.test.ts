/** `actor list -f` on a real terminal: it lives, fits, and leaves no trace. */
import test from 'ava';
import { eventually } from '../helpers/wait.js';
import { tellOfWindows } from './window-story.js';

const MODES = `stty -a | tr ' ' '\\n' | grep -xE -- '-?(icanon|echo)' | tr '\\n' ' '`;
const SHELL = ['/bin/sh', '-c', `echo before; actor list -f; echo "left with $?"; ${MODES}; exec sleep 600`];

test.serial('the table changes in place as the sessions do, and q leaves the terminal as it was', async t => {
  const story = await tellOfWindows(t);
  await story.make('fix', 'true', '--purpose', 'the bar');
  await story.ok('wait');
  const person = await story.person([], { argv: SHELL, width: 100, height: 12 });
  await person.sees(/^ +NAME +STATUS[\s\S]*fix +idle.*the bar/);
  t.notRegex(await person.screen(), /before/);
  const { raw } = person;

  await story.ok('run', 'fix', 'sleep 300');
  await person.sees(/ ★ {2}fix +working/);
  // What makes no event shows as well.
  await story.ok('run', 'fix', 'true');
  await person.sees(/working .* 1 .*the bar/);
  await story.ok('stop', 'fix');
  await person.sees(/fix +idle.*1 held/);
  for (const name of ['two', 'three']) await story.make(name, 'true', '--no-worktree');
  await person.sees(/two +[\s\S]*three/);
  await story.ok('discard', 'two');
  const screen = await person.sees(/^((?!two)[\s\S])*$/);
  t.is(screen.split('\n').filter(line => line.trim() !== '').length, 3, screen);
  t.is((await raw()).split('\x1b[2J').length, 2, 'cleared once, then drawn over');

  await person.resize(50, 12);
  await person.sees(/^ +NAME +STATUS +(TURN|QUEUE|ABOUT).*\n[\s\S]*fix/);
  await person.resize(50, 2);
  await person.sees(/NAME[\s\S]*… 2 more/);
  await person.resize(100, 12);
  await person.sees(/held[\s\S]*three/);

  await person.fingers('x', 'Enter', 'q');
  const after = await person.sees(/left with 0\n-?icanon -?echo/);
  t.notRegex(after, /NAME|-icanon|-echo/);
});

test.serial('Ctrl-C leaves it clean, and so does the end of the daemon, which is told', async t => {
  const story = await tellOfWindows(t);
  await story.make('fix', 'true');
  await story.ok('wait');
  const person = await story.person([], { argv: SHELL, width: 100, height: 20 });
  await person.sees(/NAME[\s\S]*fix +idle/);
  await person.fingers('C-c');
  const after = await person.sees(/before\n[\s\S]*left with 130\n-?icanon -?echo/);
  t.notRegex(after, /NAME|-icanon|-echo/);

  const other = await story.person([], { argv: SHELL, width: 100, height: 20 });
  await other.sees(/NAME[\s\S]*fix +idle/);
  // A daemon that was killed is followed by the next.
  await story.killDaemon();
  await story.ok('run', 'fix', 'sleep 300');
  await other.sees(/★ {2}fix +working/);
  await story.ok('down');
  await other.sees(/before\n[\s\S]*the daemon has ended\n[\s\S]*left with 0\nicanon echo/);
  await eventually(other.exitStatus, status => status === null);
});
