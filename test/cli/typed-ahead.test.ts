/** Keys that come faster than tmux takes them (a machine at its limit, a slow line) do what they do when they come one by one. */
import test from 'ava';
import { eventually } from '../helpers/wait.js';
import { type Person, tellOfWindows, type WindowStory } from './window-story.js';

/** Presses these keys while the tmux server stands still: it finds them all at once. */
async function ahead(story: WindowStory, person: Person, ...keys: string[]): Promise<void> {
  const server = Number((await story.tmux('display-message', '-p', '#{pid}')).stdout);
  process.kill(server, 'SIGSTOP');
  try {
    await person.fingers(...keys);
    // The outer tmux has written them once it has answered another question.
    await person.screen();
  } finally {
    process.kill(server, 'SIGCONT');
  }
}

const MENU = /─> \d+: [\s\S]*n new/;

/** A main, a session at rest and one whose agent died; a terminal on main. */
async function crew(story: WindowStory): Promise<Person> {
  await story.ok('--detach', 'shell');
  await story.make('idle', 'true', '--no-worktree');
  await story.ok('wait', 'idle');
  await story.make('dead', 'sleep 300', '--no-worktree');
  const { pid } = await story.until('dead', ({ status }) => status === 'working');
  process.kill(pid!, 'SIGKILL');
  await story.until('dead', ({ status }) => status === 'exited');
  const person = await story.person(['attach']);
  await person.sees(/C-z menu/);
  return person;
}

test.serial('the menu is closed and opened again', async t => {
  const story = await tellOfWindows(t);
  const person = await crew(story);
  await person.fingers('C-z');
  await person.sees(MENU);
  await ahead(story, person, 'q', 'C-z', 'm', 'C-z', 'Escape', 'C-z', 'j', 'j', 'Enter');
  await eventually(story.shown, list => list.join() === 'idle');
  await person.sees(/C-z menu/);
  t.notRegex((await story.tmux('capture-pane', '-p', '-t', ':=1')).stdout, /[$#] *\S/);
  // The person's own setting is theirs again.
  const own = async (...words: string[]) =>
    (await story.tmux('show-options', ...words, 'assume-paste-time')).stdout;
  await eventually(
    () => own('-t', ':'),
    text => text === '',
  );
  t.not(await own('-g'), '');
});

test.serial('what a key began in the menu is done, though the menu is opened again at once', async t => {
  const story = await tellOfWindows(t);
  const person = await crew(story);
  await person.fingers('C-z');
  await person.sees(MENU);
  await person.fingers('j');
  await ahead(story, person, 'x', 'C-z');
  await person.sees(/2 sessions, 1 without a window[\s\S]*n new/);
  // tmux's tree is on its first line when a window is closed.
  await person.fingers('Home', 'j', 'j', 'Enter');
  await eventually(story.shown, list => list.join() === 'idle');
  t.pass();
});

test.serial('letters of a filter reach neither the menu nor who stands below it', async t => {
  const story = await tellOfWindows(t);
  const person = await crew(story);
  await ahead(story, person, 'C-z', '/', 'd', 'x', 's');
  await person.sees(/^filter:/m);
  await person.fingers('d', 'e', 'Enter');
  await person.sees(
    screen => MENU.test(screen) && /─> \d+: .*dead/.test(screen) && !/─> \d+: .*idle/.test(screen),
  );
  await person.fingers('Enter');
  await eventually(story.shown, list => list.join() === 'dead');
  t.notRegex((await story.tmux('capture-pane', '-p', '-t', ':=1')).stdout, /[$#] *\S/);
  t.is((await story.list()).length, 3);
});

test.serial(
  'what is typed at once with the choice of a session, or before a question is there, reaches no agent',
  async t => {
    const story = await tellOfWindows(t);
    const person = await crew(story);
    await person.fingers('C-z');
    await person.sees(MENU);
    await ahead(story, person, 'd', 'y', 'e', 's');
    await person.sees(/discard main\? .*\(y\/n\)/);
    await person.fingers('n');
    await person.sees(/C-z menu/);
    await person.fingers('C-z');
    await person.sees(MENU);
    await ahead(story, person, 'n', 'f', 'i', 'x');
    await person.sees(/New session/);
    await person.fingers('C-c');
    await person.sees(/^((?!New session)[\s\S])*C-z menu/);
    await person.fingers('C-z');
    await person.sees(MENU);
    await ahead(story, person, 'j', 'j', 'Enter', 'l', 's');
    await eventually(story.shown, list => list.join() === 'idle');
    await person.type('echo all keys work');
    await person.sees(/[$#] echo all keys work/);
    for (const window of [1, 3])
      t.notRegex(
        (await story.tmux('capture-pane', '-p', '-t', `:=${window}`)).stdout,
        /[$#] +(?!true|sleep)\S/,
      );
  },
);

test.serial('the first match of a filter is the one that Enter chooses, however fast it comes', async t => {
  const story = await tellOfWindows(t);
  const person = await crew(story);
  await person.fingers('C-z');
  await person.sees(MENU);
  await person.fingers('/');
  await person.sees(/^filter:/m);
  await ahead(story, person, 'i', 'd', 'Enter', 'Enter');
  await person.sees(
    screen => MENU.test(screen) && /─> \d+: .*idle/.test(screen) && !/─> \d+: .*dead/.test(screen),
  );
  await person.fingers('Enter');
  await eventually(story.shown, list => list.join() === 'idle');
  t.pass();
});
