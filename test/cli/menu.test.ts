/** The menu of sessions, as a person at a terminal meets it: order, marks, filter, and what can be done from it. */
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

    await person.fingers('/', 'n', 'a');
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
