/** What a person does in a shell's window, and their own bash settings: no prompt lands in it, no turn or event is lost by it. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/processes.js';
import { eventually, holds } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

async function idle(story: Story): Promise<void> {
  await story.make('fix', 'true');
  await story.ok('wait', 'fix');
}

async function enter(story: Story, line: string): Promise<void> {
  await story.type('fix', line);
  await story.press('fix', 'Enter');
}

async function ranOnce(story: Story): Promise<void> {
  await eventually(
    () => story.file('ran'),
    ran => ran === 'ran\n',
  );
  await story.ok('wait', 'fix');
}

async function isHeldBack(story: Story): Promise<void> {
  await holds(
    () => story.file('ran'),
    ran => ran === '',
    1000,
  );
}

test.serial('a line that a person continues is a draft, even where it looks like the prompt', async t => {
  const story = await tell(t);
  await writeFile(join(story.home, '.bashrc'), `PS1='> '\n`);
  await idle(story);
  await enter(story, 'echo "one');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => /echo "one\n> ?$/.test(screen),
  );
  await story.ok('run', 'fix', 'echo ran >> ~/ran');
  await isHeldBack(story);
  await story.until('fix', ({ held }) => held === 1);
  await story.press('fix', 'C-c');
  await ranOnce(story);
  t.is(await story.file('ran'), 'ran\n');
});

for (const program of ['bash --norc', 'read line'])
  test.serial(`a prompt never goes into what looks like a shell and is none: ${program}`, async t => {
    const story = await tell(t);
    await idle(story);
    await enter(story, program);
    await story.until('fix', ({ status }) => status === 'working');
    t.is(await story.ok('run', 'fix', 'echo ran >> ~/ran'), 'queued (1 ahead)');
    await isHeldBack(story);
    t.notRegex(await story.ok('peek', 'fix'), /echo ran/);
    await story.press('fix', 'C-d');
    await ranOnce(story);
    t.is(await story.file('ran'), 'ran\n');
  });

test.serial('a search in the history is a draft', async t => {
  const story = await tell(t);
  await idle(story);
  await story.press('fix', 'C-r');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.includes('reverse-i-search'),
  );
  t.is(await story.ok('run', 'fix', 'echo ran >> ~/ran'), 'queued');
  await isHeldBack(story);
  await story.press('fix', 'C-g');
  await ranOnce(story);
  t.is(await story.file('ran'), 'ran\n');
});

test.serial('a window whose history a person reads takes a prompt all the same', async t => {
  const story = await tell(t);
  await idle(story);
  const { window } = await story.show('fix');
  await story.tmux('copy-mode', '-t', window ?? '');
  t.is(await story.ok('run', 'fix', 'echo one\necho two', '--wait'), 'one\ntwo');
});

test.serial('aliases and options of a person’s own disturb neither prompts nor completions', async t => {
  const story = await tell(t);
  const settings = [
    `alias cat='cat -n' rm='rm -i' mv='mv -i' printf='printf X'`,
    'set -u; set -o noclobber; shopt -s failglob dotglob',
    `bind 'set enable-bracketed-paste off'`,
    `trap 'last=$BASH_COMMAND' DEBUG`,
  ];
  await writeFile(join(story.home, '.bashrc'), `${settings.join('\n')}\n`);
  await story.ok('--detach', 'shell');
  await idle(story);
  t.is(await story.ok('run', 'fix', 'echo one\necho two', '--wait'), 'one\ntwo');
  t.is((await story.actor('run', 'fix', '(exit 4)', '--wait')).code, 5);
  const told = await story.told();
  t.deepEqual(
    told.map(line => line.replace(/ \(.*/, '')),
    ['[actor] fix completed', '[actor] fix completed', '[actor] fix failed'],
  );
  t.notRegex(await story.ok('peek', 'main'), /no match|unbound/);
});

test.serial('a prompt command that is set anew does not keep turns from ending', async t => {
  const story = await tell(t);
  await idle(story);
  t.is(await story.ok('run', 'fix', `PROMPT_COMMAND=true; PS1='new> '; PS0=''; echo a`, '--wait'), 'a');
  t.is((await story.actor('run', 'fix', '(exit 7)', '--wait')).stdout, 'exit status 7\n');
  t.is(await story.ok('run', 'fix', 'echo b', '--wait'), 'b');
});

test.serial('the environment of a caller reaches the agent and lies in no file once it runs', async t => {
  const story = await tell(t);
  const env = { SECRET: 's3cret word' };
  t.is(
    await story.ok('new', 'fix', '--agent', 'shell', '-p', 'echo "$SECRET"', '--wait', { env }),
    env.SECRET,
  );
  await story.ok('run', 'fix', 'true', '--wait', { env: { SECRET: 'an0ther' } });
  const { stdout } = await story.run('grep', ['-rlE', 's3cret|an0ther', story.actorHome]);
  // Its output, as the terminal showed it and as the last message, is the agent's own word.
  const kept = stdout.split('\n').filter(file => file !== '' && !/\/(journal|run\/\w+)\//.test(file));
  t.deepEqual(kept, []);
});

test.serial('a daemon that was started in an agent’s window does not end with that agent', async t => {
  const story = await tell(t);
  await idle(story);
  const { window, pid } = await story.show('fix');
  await story.killDaemon();
  const before = await story.daemonPid();
  await story.tmux('send-keys', '-t', window ?? '', 'actor list > ~/listed', 'Enter');
  await eventually(
    () => story.file('listed'),
    listed => listed.includes('fix'),
  );
  const daemon = await story.daemonPid();
  t.not(daemon, before);
  const environment = (await readFile(`/proc/${daemon}/environ`, 'utf8')).split('\0');
  t.deepEqual(
    environment.filter(entry => /^(ACTOR_NAME|ACTOR_LAUNCH|TMUX)/.test(entry)),
    [],
  );
  await story.ok('down', 'fix');
  t.false(await isAlive(pid!));
  t.is(await story.daemonPid(), daemon);
  t.true(await isAlive(daemon));
});

test.serial('pid is the agent’s own process', async t => {
  const story = await tell(t);
  await story.make('fix');
  const own = await story.ok('run', 'fix', 'echo $$', '--wait');
  t.is(String((await story.show('fix')).pid), own);
});

/** A PATH with all that this machine has but perl. */
async function pathWithoutPerl(story: Story): Promise<string> {
  const folder = join(story.home, 'without-perl');
  await mkdir(folder);
  for (const from of [story.bin, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'])
    for (const name of await readdir(from).catch(() => []))
      if (!name.startsWith('perl')) await symlink(join(from, name), join(folder, name)).catch(() => {});
  return folder;
}

test.serial('without perl the output of a shell is recorded all the same', async t => {
  const story = await tell(t);
  story.env.PATH = await pathWithoutPerl(story);
  await story.make('fix');
  t.is(await story.ok('run', 'fix', 'command -v perl; seq 1 3', '--wait'), '1\n2\n3');
  const recorders = await story.run('pgrep', ['-f', '-a', `${story.actorHome}/run/`]);
  t.regex(recorders.stdout, / split -b /);
});
