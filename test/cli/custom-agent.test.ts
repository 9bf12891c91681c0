/** An agent that nobody wrote code for, by a few lines of settings. */
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { eventually, holds } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

const TYPIST = join(packageRoot, 'test', 'fixtures', 'agents', 'typist.mjs');

/** The settings of one agent, `mine`: the command's further words, then the other nodes. */
async function define(story: Story, words: string[], rest: string): Promise<void> {
  const command = [process.execPath, TYPIST, ...words].map(word => JSON.stringify(word)).join(' ');
  await mkdir(story.actorHome, { recursive: true });
  await writeFile(
    join(story.actorHome, 'settings.kdl'),
    `agent "mine" {\n  command ${command}\n  ${rest}\n}\n`,
  );
}

const make = (story: Story, name: string, ...rest: string[]) =>
  story.ok('new', name, '--agent', 'mine', ...rest);

test.serial(
  'with a hook of its own: created, prompted, stopped, asked, killed, resumed, discarded',
  async t => {
    const story = await tell(t);
    await define(story, ['--hook'], 'turn-end "hook"; resume "--continue"; interrupt "C-c"');
    t.is(await make(story, 'fix', '--wait', '-p', 'one\ntwo'), 'I was told: one\ntwo');
    t.like(await story.show('fix'), { agent: 'mine', status: 'idle', status_by: 'actor-event turn-end' });
    t.is(
      await story.ok('run', 'fix', '--wait', '#(touch x) $(touch y)'),
      'I was told: #(touch x) $(touch y)',
    );

    await story.ok('run', 'fix', 'SLEEP:60000');
    await story.until('fix', ({ status }) => status === 'working');
    await story.ok('stop', 'fix');
    t.like((await story.show('fix')).last, { outcome: 'stopped', turn: 3 });

    await story.ok('run', 'fix', 'ASK NEVER');
    t.is((await story.until('fix', ({ status }) => status === 'waiting')).waiting_for, 'question');

    const { pid } = await story.show('fix');
    process.kill(pid!, 'SIGKILL');
    await story.until('fix', ({ status }) => status === 'exited');
    t.is(await story.ok('run', 'fix', '--wait', 'again'), 'I was told: again');
    t.regex(await story.ok('peek', 'fix'), /^going on$/m);
    const events = (await story.events('--session', 'fix')).map(({ type }) => type);
    t.deepEqual(
      events.filter(type => type !== 'turn-started'),
      [
        'created',
        'started',
        'completed',
        'completed',
        'stopped',
        'needs-input',
        'exited',
        'started',
        'completed',
      ],
    );
    await story.ok('discard', 'fix');
    t.deepEqual(await story.list(), []);
  },
);

for (const [what, words, turnEnd, by] of [
  // Longer than a busy machine keeps it from saying the next word.
  ['silence', [], 'turn-end "silence" seconds=4', /^4 s without output \(a guess\)$/],
  ['its title', [], 'turn-end "title" pattern="^at rest$"', /^its title \(a guess\)$/],
] as const)
  test.serial(`known by ${what}: an end is a guess, and says so`, async t => {
    const story = await tell(t);
    await define(story, [...words], `${turnEnd}; interrupt "Escape"`);
    const said = await make(story, 'fix', '--wait', '-p', 'SLEEP:1200 first');
    t.true(said.includes('I was told: SLEEP:1200 first'), said);
    const { status, status_by, last } = await story.show('fix');
    t.is(status, 'idle');
    t.regex(status_by, by);
    t.is(last?.outcome, 'completed');
    await story.ok('run', 'fix', 'SLEEP:60000 second');
    if (what === 'its title') {
      await story.until('fix', ({ status }) => status === 'working');
      t.like(JSON.parse(await story.ok('stop', 'fix', '--json'))[0], { stopped: true });
      t.is((await story.show('fix')).last?.outcome, 'stopped');
    }
  });

test.serial('drawn with Ink: a dialog, a lost Enter, a draft, an interrupt that it tells nobody', async t => {
  const story = await tell(t);
  await define(story, ['--hook', '--ink', '--json'], 'turn-end "hook"');
  await make(story, 'fix', '-p', 'first');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => /Yes {2}No/.test(screen),
  );
  await holds(
    () => story.show('fix'),
    ({ status }) => status === 'starting',
    3000,
  );
  await story.press('fix', 'y');
  t.is((await story.until('fix', ({ last }) => last?.turn === 1)).last?.message, 'I was told: first');
  t.is(await story.ok('run', 'fix', '--wait', 'one\ntwo'), 'I was told: one\ntwo');

  await story.type('fix', 'half a draft');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => /^> half a draft/m.test(screen),
  );
  await story.ok('run', 'fix', 'later');
  await holds(
    () => story.ok('peek', 'fix'),
    screen => /^> half a draft$/m.test(screen),
    2000,
  );
  await story.press('fix', 'C-u');
  await story.until('fix', ({ last }) => last?.message === 'I was told: later');

  await story.ok('run', 'fix', 'SLEEP:60000');
  await story.until('fix', ({ status }) => status === 'working');
  t.like(JSON.parse(await story.ok('stop', 'fix', '--json'))[0], { stopped: true });
  t.is((await story.show('fix')).last?.outcome, 'stopped');
  const { code } = await story.actor('run', 'fix', '--wait', 'FAIL');
  t.is(code, 5);
  t.like((await story.show('fix')).last, { outcome: 'failed', message: 'I was told: FAIL' });
});

test.serial('an Enter that it lost is pressed again once its prompt stands in its composer', async t => {
  const story = await tell(t);
  await define(story, ['--hook', '--ink', '--slow=1500'], 'turn-end "hook"');
  await make(story, 'fix', '-p', 'one and two');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => /Yes {2}No/.test(screen),
  );
  await story.press('fix', 'y');
  t.is((await story.until('fix', ({ last }) => last?.turn === 1)).last?.message, 'I was told: one and two');
});

test.serial('a prompt that it may take for a command is refused', async t => {
  const story = await tell(t);
  await define(story, ['--hook', '--prompt'], 'turn-end "hook"; prompt-by "argv"');
  await make(story, 'fix');
  const { code, stderr } = await story.actor('run', 'fix', ' /quit now');
  t.is(code, 2);
  t.regex(stderr, /--slash/);
});

test.serial('a first prompt as its last argument, later ones pasted', async t => {
  const story = await tell(t);
  await define(story, ['--hook', '--prompt'], 'turn-end "hook"; prompt-by "argv"');
  t.is(
    await make(story, 'fix', '--wait', '-p', 'by argument; $(touch x)'),
    'I was told: by argument; $(touch x)',
  );
  t.is(await story.ok('run', 'fix', '--wait', 'by paste'), 'I was told: by paste');
});

test.serial('prompts typed line by line, for a program without bracketed paste', async t => {
  const story = await tell(t);
  await define(story, ['--hook', '--typed'], 'turn-end "hook"; prompt-by "stdin"');
  t.is(await make(story, 'fix', '--wait', '-p', 'typed'), 'I was told: typed');
  const { code, stderr } = await story.actor('run', 'fix', 'one\ntwo');
  t.is(code, 2);
  t.regex(stderr, /one line at a time/);
});

test.serial('a half-typed draft keeps a prompt waiting', async t => {
  const story = await tell(t);
  await define(story, ['--hook'], 'turn-end "hook"');
  await make(story, 'fix');
  await story.ok('run', 'fix', '--wait', 'first');
  await story.type('fix', 'half a draft');
  await eventually(
    () => story.ok('peek', 'fix'),
    screen => screen.includes('> half a draft'),
  );
  await story.ok('run', 'fix', 'second');
  await holds(
    () => story.ok('peek', 'fix'),
    screen => /^> half a draft$/m.test(screen),
    2000,
  );
  await story.press('fix', 'C-u');
  const { last } = await story.until('fix', session => session.last?.turn === 2);
  t.is(last?.message, 'I was told: second');
});

test.serial('a turn that is over before its beginning is known has its end all the same', async t => {
  const story = await tell(t);
  await define(story, ['--hook', '--ends-only'], 'turn-end "hook"');
  await make(story, 'fix');
  await story.ok('run', 'fix', '--wait', 'first');
  await story.arm('after-paste');
  const armed = await story.daemonPid();
  await story.actor('run', 'fix', 'second');
  await eventually(
    async () => isAlive(armed),
    alive => !alive,
  );
  const events = await eventually(
    () => story.events('--session', 'fix', '--type', 'completed'),
    found => found.length === 2,
  );
  t.is(events[1]!.message, 'I was told: second');
});

test.serial('a turn without an end stays open, and a wait for it ends in time', async t => {
  const story = await tell(t);
  await define(story, ['--hook'], 'turn-end "hook"');
  const { code } = await story.actor(
    'new',
    'fix',
    '--agent',
    'mine',
    '--wait',
    '--timeout',
    '4s',
    '-p',
    'NEVER',
  );
  t.is(code, 124);
  await story.until('fix', ({ status }) => status === 'working');
});

test.serial('escape sequences and binary in what it prints are neither obeyed nor believed', async t => {
  const story = await tell(t);
  await define(story, ['--hook'], 'turn-end "hook"');
  const said = await make(story, 'fix', '--wait', '-p', 'NOISE');
  t.true(said.endsWith('I was told: NOISE'), said);
  t.notRegex(said, /[\x00-\x08\x0e-\x1f\x80-\x9f]/);
});

test.serial('one that quits in the middle of a turn has completed nothing', async t => {
  const story = await tell(t);
  await define(story, ['--hook'], 'turn-end "hook"');
  for (const [status, outcome] of [
    [0, 'stopped'],
    [3, 'lost'],
  ] as const) {
    const name = `quits-${status}`;
    const { code } = await story.actor('new', name, '--agent', 'mine', '--wait', '-p', `EXIT:${status}`);
    t.is(code, 5);
    t.is((await story.show(name)).last?.outcome, outcome);
  }
});

test.serial('what an agent is stays with its session, and a repository’s needs the user’s word', async t => {
  const story = await tell(t);
  await define(story, ['--hook'], 'turn-end "hook"');
  await make(story, 'fix');
  const file = await readFile(join(story.actorHome, 'sessions', 'fix.kdl'), 'utf8');
  t.regex(file, /kind \{[^}]*turn-end "hook"/);
  const settings = await readFile(join(story.actorHome, 'settings.kdl'), 'utf8');
  await writeFile(join(story.actorHome, 'settings.kdl'), '');
  t.is(await story.ok('run', 'fix', '--wait', 'still here'), 'I was told: still here');
  const unknown = await story.actor('new', 'other', '--agent', 'mine');
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /no agent mine/);

  await story.run('mkdir', ['-p', join(story.repo, '.actor')]);
  await writeFile(join(story.repo, '.actor', 'settings.kdl'), settings);
  t.regex((await story.actor('new', 'other', '--agent', 'mine')).stderr, /no agent mine/);
  await story.ok('trust', '--yes');
  t.is(await make(story, 'other', '--wait', '-p', 'trusted'), 'I was told: trusted');
});

test('actor-event is a word for agents only', async t => {
  const story = await tell(t);
  const program = join(packageRoot, 'hooks', 'bin', 'actor-event');
  for (const args of [
    [],
    ['begin'],
    ['turn-end', 'text'],
    ['turn-end', '--message'],
    ['turn-end', '--message', 'a', 'b'],
    ['turn-end', '--json'],
    ['turn-end', '--json', 'a"b'],
    ['turn-end', '--json', 'a', 'b'],
  ])
    t.is((await story.run(program, args)).code, 2, args.join(' '));
  t.is((await story.run(program, ['turn-end', '--message', 'nobody hears it'])).code, 0);
});

test.serial(
  'turns that a program begins by itself, one after the other at once, are each told, in order',
  async t => {
    const story = await tell(t);
    const script = join(story.home, 'mine.sh');
    const turn = 'actor-event turn-begin --message "$n"; actor-event turn-end --message "$n"';
    await writeFile(script, `for n in $(seq 60); do ${turn}; done\nexec cat\n`);
    await mkdir(story.actorHome, { recursive: true });
    await writeFile(
      join(story.actorHome, 'settings.kdl'),
      `agent "mine" { command "sh" "${script}"; turn-end "hook" }\n`,
    );
    await make(story, 'fix');
    await story.ok('run', 'fix');
    const completed = await eventually(
      () => story.events('--session', 'fix', '--type', 'completed'),
      found => found.at(-1)?.message === '60',
    );
    t.deepEqual(
      completed.map(({ message }) => message),
      Array.from({ length: 60 }, (_, index) => String(index + 1)),
    );
  },
);

test.serial('turns of one moment are each told, also when the daemon dies between two of them', async t => {
  const story = await tell(t);
  const script = join(story.home, 'mine.sh');
  const turn = 'actor-event turn-begin --message "$n"; actor-event turn-end --message "$n"';
  await writeFile(
    script,
    `until [ -e ~/go ]; do sleep 0.02; done\nfor n in $(seq 3); do ${turn}; done\ntouch ~/said\nexec cat\n`,
  );
  await mkdir(story.actorHome, { recursive: true });
  await writeFile(
    join(story.actorHome, 'settings.kdl'),
    `agent "mine" { command "sh" "${script}"; turn-end "hook" }\n`,
  );
  await make(story, 'fix');
  await story.ok('run', 'fix');
  await story.until('fix', ({ window }) => window !== null);
  await story.ok('daemon', 'stop');
  await writeFile(join(story.home, 'go'), '');
  await eventually(
    () => readdir(story.home),
    names => names.includes('said'),
  );
  // A tick of the kernel is a few milliseconds: a machine that is fast enough says all of it in one.
  const inbox = join(story.actorHome, 'inbox');
  const moment = new Date();
  for (const name of await readdir(inbox)) await utimes(join(inbox, name), moment, moment);
  await story.actor('daemon', 'start', { env: { ACTOR_FAULT: 'after-completed' } });
  const completed = await eventually(
    () => story.events('--session', 'fix', '--type', 'completed'),
    found => found.at(-1)?.message === '3',
  );
  t.deepEqual(
    completed.map(({ message }) => message),
    ['1', '2', '3'],
  );
});

test.serial('what a program says before its daemon knows its window is not lost', async t => {
  const story = await tell(t);
  const { stdout } = await story.run('sh', ['-c', 'command -v tmux']);
  await writeFile(
    join(story.bin, 'tmux'),
    `#!/bin/sh\n${stdout.trim()} "$@"\nstatus=$?\ncase $* in *new-window*|*new-session*) sleep 1 ;; esac\nexit $status\n`,
    { mode: 0o755 },
  );
  const script = join(story.home, 'mine.sh');
  await writeFile(
    script,
    'actor-event turn-begin --message a; actor-event turn-end --message done; exec cat\n',
  );
  await mkdir(story.actorHome, { recursive: true });
  await writeFile(
    join(story.actorHome, 'settings.kdl'),
    `agent "mine" { command "sh" "${script}"; turn-end "hook" }\n`,
  );
  await make(story, 'fix');
  await story.ok('run', 'fix');
  t.is((await story.until('fix', ({ last }) => last !== null)).last?.message, 'done');
});
