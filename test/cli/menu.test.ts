/** The menu of sessions, as a person at a terminal meets it: order, marks, filter, and what can be done from it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually } from '../helpers/wait.js';
import { type Person, tellOfWindows, type WindowStory } from './window-story.js';

/** The names in the rows of the open menu, from above. */
function names(screen: string): string[] {
  return [...screen.matchAll(/^ *[├└]─> \d+: .{4}(\S+)/gm)].map(match => match[1]!);
}

async function openMenu(person: Person): Promise<string> {
  await person.fingers('C-z');
  return person.sees(/─> \d+: [\s\S]*n new/);
}

/** A main, and sessions that work, failed and are idle; a terminal on main. */
async function crew(story: WindowStory): Promise<Person> {
  await story.ok('--detach', 'shell');
  await story.make('idle', 'true', '--purpose', 'waits for work');
  await story.make('nav', 'echo broken; (exit 3)');
  await story.ok('wait', 'idle', 'nav').catch(() => '');
  await story.make('busy', 'sleep 300');
  await story.until('busy', ({ status }) => status === 'working');
  const person = await story.person(['attach']);
  await person.sees(/C-z menu/);
  return person;
}

test.serial(
  'C-z shows main, who works, then what changed last; / filters, Enter goes there, q goes back',
  async t => {
    const story = await tellOfWindows(t);
    const person = await crew(story);
    const menu = await eventually(
      async () => {
        const screen = await openMenu(person);
        if (names(screen).length < 4) await person.fingers('q');
        return screen;
      },
      screen => names(screen).length === 4,
    );
    t.deepEqual(names(menu), ['main', 'busy', 'nav', 'idle'], menu);
    t.regex(menu, /♛ .*main/);
    t.regex(menu, /★ .*busy/);
    t.regex(menu, /✗• .*nav .*failed \(exit_status\): broken/);
    t.regex(menu, /idle .*waits for work/);
    t.regex(menu, /4 sessions, 1 at work/);

    await person.fingers('/');
    await person.sees(/^filter:/m);
    await person.fingers('n', 'a');
    const filtered = await person.sees(/filter: ?na/);
    await eventually(person.screen, screen => names(screen).join() === 'nav', { describe: () => filtered });
    await person.fingers('Enter', 'Enter');
    await eventually(story.shown, list => list.join() === 'nav');
    await person.sees(/^((?!─>)[\s\S])*$/);

    for (const key of ['C-z', 'q', 'Escape']) {
      await openMenu(person);
      await person.fingers(key);
      await person.sees(/^((?!─>)[\s\S])*$/);
    }
    await openMenu(person);
    await person.fingers('m');
    await eventually(story.shown, list => list.join() === 'main');
    await person.type('echo n s d x / q');
    await person.sees(/[$#] echo n s d x \/ q/);
    t.pass();
  },
);

/** A key that is pressed while a popup closes goes to it, and with it. */
const POPUP_GONE = /^((?!press a key|Starting)[\s\S])*$/;

/** Opens the menu and filters it to the row of this session. */
async function choose(person: Person, name: string): Promise<void> {
  await openMenu(person);
  await person.fingers('/');
  await person.sees(/^filter:/m);
  await person.fingers(...name);
  await person.sees(screen => names(screen).join() === name);
  await person.fingers('Enter');
  await person.sees(/n new/);
}

test.serial(
  'from the menu a turn is stopped, work is not discarded, and what can go goes; each asks first',
  async t => {
    const story = await tellOfWindows(t);
    const person = await crew(story);
    await choose(person, 'busy');
    await person.fingers('s');
    await person.sees(/stop the turn of busy\? \(y\/n\)/);
    await person.fingers('n');
    await person.sees(/C-z menu/);
    t.is((await story.show('busy')).status, 'working');
    await choose(person, 'busy');
    await person.fingers('s');
    await person.sees(/stop the turn of busy\? \(y\/n\)/);
    await person.fingers('y');
    // Said for a second and a half only.
    await eventually(person.raw, bytes => bytes.includes('stopped busy'));
    await story.until('busy', ({ status }) => status === 'idle');
    await person.sees(/^((?!stopped busy)[\s\S])*$/);

    await writeFile(join(story.actorHome, 'worktrees', 'idle', 'kept'), 'work\n');
    await choose(person, 'idle');
    await person.fingers('d');
    await person.sees(/discard idle\? its branch stays \(y\/n\)/);
    await person.fingers('y');
    await person.sees(/idle is kept, since a discard would lose work:\s*│?[\s\S]*kept[\s\S]*press a key/);
    t.is((await story.show('idle')).name, 'idle');
    await person.fingers('x');
    await person.sees(POPUP_GONE);

    await choose(person, 'main');
    await person.fingers('d');
    await person.sees(/discard main\? its sessions stay \(y\/n\)/);
    await person.fingers('n');
    await person.sees(/C-z menu/);

    await choose(person, 'nav');
    await person.fingers('d');
    await person.sees(/discard nav\?/);
    await person.fingers('y');
    await person.sees(/discarded nav; branch nav \([0-9a-f]{12}\) is kept/);
    t.is((await story.actor('show', 'nav')).code, 3);
  },
);

test.serial(
  'n asks for a prompt or a name, makes the session of main’s repository, and goes there',
  async t => {
    const story = await tellOfWindows(t);
    await story.ok('--detach', 'shell', { env: { MINE: 'of the person' } });
    const person = await story.person(['attach']);
    await person.sees(/C-z menu/);
    await openMenu(person);
    await person.fingers('n');
    await person.sees(/New session in .*repo/);
    await person.type('echo "it is $MINE" > ~/made');
    await person.fingers('Enter');
    const [name = ''] = await eventually(story.shown, list => list.length === 1 && list[0] !== 'main');
    const made = await story.show(name);
    t.is(made.parent, 'main');
    t.is(made.repo, story.repo);
    await story.ok('wait', name);
    t.is(await story.file('made'), 'it is of the person\n');

    await openMenu(person);
    await person.fingers('n');
    await person.sees(/New session/);
    await person.type('main-x');
    await person.fingers('Enter');
    await person.sees(/main-x is a name for a main[\s\S]*press a key/);
    await person.fingers('q');
    await person.sees(POPUP_GONE);

    // What is typed ahead, while the daemon thinks, does not take the refusal away before it was read.
    await openMenu(person);
    await person.fingers('n');
    await person.sees(/New session/);
    await person.type(name);
    const pid = await story.daemonPid();
    process.kill(pid, 'SIGSTOP');
    await person.fingers('Enter');
    await eventually(
      async () => {
        await person.type('z');
        return person.screen();
      },
      screen => /> echo[^\n]*\n[^\n]*z/.test(screen),
      { describe: person.screen },
    );
    process.kill(pid, 'SIGCONT');
    await person.sees(/press a key/);
    await person.fingers('q');
    await person.sees(POPUP_GONE);
    await openMenu(person);
    await person.fingers('n');
    await person.sees(/New session/);
    await person.fingers('Escape');
    await person.sees(/C-z menu/);
    t.is((await story.list()).length, 2);
  },
);

test.serial(
  'an agent that exited keeps its last screen, marked until somebody looks, and x closes it',
  async t => {
    const story = await tellOfWindows(t);
    const person = await crew(story);
    const { pid } = await story.show('busy');
    process.kill(pid!, 'SIGKILL');
    await story.until('busy', ({ status }) => status === 'exited');
    await person.sees(/✗ •busy[\s\S]*✗ 2/);
    const menu = await openMenu(person);
    t.regex(menu, /✗• .*busy .*exited/);
    await person.fingers('q');
    await person.sees(/C-z menu/);
    await choose(person, 'busy');
    await person.fingers('Enter');
    await person.sees(/sleep 300[\s\S]*ended: C-z x closes it/);
    await person.sees(/✗ busy/);

    await choose(person, 'idle');
    await person.fingers('x');
    await person.sees(/idle runs: s stops its turn/);
    await choose(person, 'busy');
    await person.fingers('x');
    await eventually(story.shown, list => list.join() === 'main');
    await person.sees(/^((?!busy)[\s\S])*$/);
    t.is((await story.show('busy')).status, 'exited');
  },
);

test.serial('what has no window is started again from the menu, and what never was, too', async t => {
  const story = await tellOfWindows(t);
  await story.ok('--detach', 'shell');
  await story.make('fresh', '--no-worktree');
  await story.make('gone', 'true', '--no-worktree');
  await story.make('dead', 'sleep 300', '--no-worktree');
  await story.ok('wait', 'gone');
  await story.ok('down', 'gone');
  const { pid } = await story.until('dead', ({ status }) => status === 'working');
  process.kill(pid!, 'SIGKILL');
  await story.until('dead', ({ status }) => status === 'exited');
  const person = await story.person(['attach']);
  await person.sees(/C-z menu/);
  await openMenu(person);
  await person.sees(/2 sessions, 2 without a window \(o\)[\s\S]*o others/);
  await person.fingers('q');
  await choose(person, 'dead');
  await person.fingers('x');
  await openMenu(person);
  await person.sees(/1 session, 3 without a window \(o\)/);
  await person.fingers('o');
  const others = await person.sees(/start again/);
  t.regex(others, /dead {3}exited +\(1\)[\s\S]*gone {3}ended +\(2\)[\s\S]*fresh {2}created +\(3\)/);
  await person.fingers('3');
  await eventually(story.shown, list => list.join() === 'fresh');
  await person.sees(POPUP_GONE);
  await story.until('fresh', ({ status }) => status === 'idle');

  await openMenu(person);
  await person.sees(/2 sessions, 2 without a window/);
  await person.fingers('o');
  await person.sees(/start again/);
  await person.fingers('j', 'Enter');
  await eventually(story.shown, list => list.join() === 'gone');
  await person.sees(POPUP_GONE);
  await openMenu(person);
  await person.fingers('o');
  await person.sees(/start again/);
  await person.fingers('q');
  await person.sees(/^((?!start again)[\s\S])*$/);
  await person.fingers('C-z');
  await person.sees(/3 sessions, 1 without a window/);
});
