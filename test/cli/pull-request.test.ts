/** The number of a branch's pull request, from a stand-in for `gh` that counts its calls. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually, holds } from '../helpers/wait.js';
import { type Story, tell } from './story.js';
import { tellOfWindows } from './window-story.js';

/** A `gh` that writes where and how it is called to `~/calls`, each call a line, and then does this. */
async function fakeGh(story: Story, then: string): Promise<void> {
  const script = `#!/bin/sh\necho "$(basename "$PWD") $*" >> "$HOME/calls"\n${then}\n`;
  await writeFile(join(story.bin, 'gh'), script, { mode: 0o755 });
}

const OPEN = `echo '{"number":7,"state":"OPEN","url":"https://github.com/o/r/pull/7"}'`;

async function atGithub(story: Story): Promise<void> {
  const remote = ['remote', 'add', 'origin', 'git@github.com:o/r.git'];
  await story.run('git', ['-C', story.repo, ...remote]);
}

const calls = async (story: Story) => (await story.file('calls')).split('\n').filter(line => line !== '');
const about = async (story: Story, name: string) =>
  (await calls(story)).filter(line => line.startsWith(`${name} `));

test.serial(
  'an open pull request is shown, asked for once a minute at most however often one looks',
  async t => {
    const story = await tellOfWindows(t);
    await atGithub(story);
    await fakeGh(story, OPEN);
    await story.make('fix', 'true');
    await story.ok('wait');
    const { pr } = await story.until('fix', session => session.pr !== null);
    t.deepEqual(pr, { number: 7, url: 'https://github.com/o/r/pull/7' });
    t.deepEqual((await story.list())[0]?.pr, pr);
    t.regex(await story.ok('list'), /fix +idle .*#7/);
    await story.ok('run', 'fix', 'true', '--wait');
    await holds(
      async () => {
        await story.list();
        return about(story, 'fix');
      },
      list => list.length === 1,
      3000,
    );
    t.deepEqual(await about(story, 'fix'), ['fix pr view --json number,state,url']);

    await story.ok('--detach', 'shell');
    const person = await story.person(['attach']);
    await person.sees(/C-z menu/);
    await person.fingers('C-z');
    await person.sees(/fix +.*#7/);
    // A new look at the diff does not forget it.
    t.is((await story.show('fix')).pr?.number, 7);
  },
);

test.serial('a gh that hangs keeps nobody waiting, and there is never a second one', async t => {
  const story = await tell(t);
  await atGithub(story);
  await fakeGh(story, 'echo $$ > "$HOME/hangs"; sleep 600 & wait');
  await story.make('one', 'true');
  await story.ok('wait');
  await eventually(
    () => story.file('hangs'),
    text => text !== '',
  );
  await story.make('two', 'true');
  await story.ok('wait');
  t.deepEqual(
    (await story.list()).map(({ pr }) => pr),
    [null, null],
  );
  t.is((await calls(story)).length, 1);
});

test.serial('a failure is not told, and not tried again by the next one', async t => {
  const story = await tell(t);
  await atGithub(story);
  await fakeGh(story, 'echo "gh auth login" >&2; exit 4');
  await story.make('one', 'true');
  await story.make('two', 'true');
  await story.ok('wait');
  await eventually(
    () => calls(story),
    list => list.length === 1,
  );
  await holds(
    async () => {
      const { stderr } = await story.actor('list');
      return [(await calls(story)).length, stderr];
    },
    ([count, stderr]) => count === 1 && stderr === '',
    3000,
  );
  t.is((await story.show('one')).pr, null);
});

test.serial('where no remote is at GitHub, gh is not asked', async t => {
  const story = await tell(t);
  await story.run('git', ['-C', story.repo, 'remote', 'add', 'origin', 'https://gitlab.com/github/r']);
  await fakeGh(story, OPEN);
  await story.make('fix', 'true');
  await story.ok('wait');
  await holds(
    async () => {
      await story.list();
      return calls(story);
    },
    list => list.length === 0,
    3000,
  );
  t.is((await story.show('fix')).pr, null);
});

test.serial('a new session is asked about at once, though another one was just in its directory', async t => {
  const story = await tell(t);
  await atGithub(story);
  await fakeGh(story, OPEN);
  await story.make('fix', 'true');
  await story.until('fix', session => session.pr !== null);
  await story.ok('discard', 'fix');
  await story.make('fix', 'true', '--branch', 'other');
  await eventually(
    () => about(story, 'fix'),
    list => list.length === 2,
    { timeout: 20_000 },
  );
  await story.until('fix', session => session.pr !== null);
  t.pass();
});
