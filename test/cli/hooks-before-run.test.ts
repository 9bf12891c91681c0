/** before-run has its say about each prompt: it is sent once, or refused and told. */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isAlive } from '../helpers/processes.js';
import { eventually, holds } from '../helpers/wait.js';
import { begun, FACTS, gate, hooks, isNothingLeft, open } from './hook-stories.js';
import { tell } from './story.js';

test.serial('before-run has its say before each prompt, with the environment of who asks', async t => {
  const story = await tell(t);
  await hooks(story, { 'before-run': `(${FACTS}; echo "$ACTOR_NAME hook") >>~/facts` });
  await story.make('fix', '-p', 'echo one >>~/facts', '--wait', { env: { MINE: 'first' } });
  await story.ok('run', 'fix', 'echo two >>~/facts', '--wait', { env: { MINE: 'second' } });
  const lines = (await story.file('facts')).split('\n').filter(line => /^(MINE|one|two|fix hook)/.test(line));
  t.deepEqual(lines, ['MINE=first', 'fix hook', 'one', 'MINE=second', 'fix hook', 'two']);
  t.deepEqual(
    (await readdir(join(story.actorHome, 'run'))).filter(name => /^(prompt|hook)-/.test(name)),
    [],
  );
});

test.serial(
  'a before-run that refuses: a failed event with its last lines, exit 5, and the next prompt goes on',
  async t => {
    const story = await tell(t);
    await story.ok('--detach', 'shell');
    await hooks(story, { 'before-run': '[ ! -e ~/closed ] || { echo "closed today" >&2; exit 9; }' });
    await story.make('fix', '-p', 'true', '--wait');
    await open(story, 'closed');
    const { code, stdout, stderr } = await story.actor('run', 'fix', 'touch ~/ran', '--wait');
    t.is(code, 5);
    t.regex(stdout, /closed today/);
    t.regex(stderr, /the turn of fix failed \(hook\)/);
    t.deepEqual(await story.queue('fix'), []);
    const [event] = await story.events('--type', 'failed');
    t.like(event, { session: 'fix', outcome: 'failed', reason: 'hook', turn: null });
    t.regex(event?.message ?? '', /^the before-run hook ended with exit status 9\n {2}closed today$/);
    t.like(await story.show('fix'), { status: 'idle', last: { outcome: 'failed', reason: 'hook' } });
    t.is((await story.actor('wait', 'fix')).code, 5);
    t.is((await story.told()).filter(line => line.includes('fix failed')).length, 1, 'main is told');

    const answer = JSON.parse(await story.ok('run', 'fix', 'touch ~/ran', '--json')) as { state: string };
    t.is(answer.state, 'queued', 'the agent has not taken it');
    await story.run('rm', ['closed']);
    t.is(await story.ok('run', 'fix', 'echo next', '--wait'), 'next');
    t.false(existsSync(join(story.home, 'ran')));
  },
);

test.serial('a first prompt that is refused starts no agent, and the session is there', async t => {
  const story = await tell(t);
  await hooks(story, { 'before-run': 'exit 1' });
  const { code } = await story.actor('new', 'fix', '--agent', 'shell', '-p', 'touch ~/ran', '--wait');
  t.is(code, 5);
  t.like(await story.show('fix'), { status: 'created', pid: null, queued: 0, last: { reason: 'hook' } });
  await hooks(story, {});
  t.is(await story.ok('run', 'fix', 'ls ~ | grep -c ran', '--wait').catch(() => 'none'), 'none');
});

test.serial('a before-run over its time is a refusal', async t => {
  const story = await tell(t);
  await hooks(story, { 'before-run': 'sleep 300' }, 1);
  await story.make('fix');
  const { code } = await story.actor('run', 'fix', 'touch ~/ran', '--wait');
  t.is(code, 5);
  t.regex((await story.show('fix')).message ?? '', /did not end within 1 s/);
});

test.serial(
  'while a before-run takes its time, its prompt is queued, and other sessions are not kept',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'before-run': `[ $ACTOR_NAME != slow ] || { touch ~/asked; ${gate('go')}; }` });
    await story.make('other', '-p', 'true', '--wait');
    // It returns, although the hook has not.
    await story.make('slow', '-p', 'echo one');
    t.regex(await story.ok('run', 'slow', 'echo two'), /^queued/);
    t.is(await story.ok('run', 'other', 'echo three', '--wait'), 'three');
    t.like(await story.show('slow'), { queued: 2, last: null });
    await open(story, 'go');
    await story.until('slow', ({ last }) => last?.turn === 2);
    t.is((await story.show('slow')).message, 'two');
  },
);

test.serial(
  'run says queued within its time when the agent is not even started because of the hook',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'before-run': gate('go') });
    await story.make('fix');
    t.regex(await story.ok('run', 'fix', 'echo went'), /^queued/);
    t.is((await story.show('fix')).status, 'created');
    await open(story, 'go');
    await story.until('fix', ({ message }) => message === 'went');
  },
);

test.serial('a prompt that is cancelled while its hook runs is not sent, and its hook is ended', async t => {
  const story = await tell(t);
  await hooks(story, { 'before-run': `echo $$ >~/asked; [ -e ~/free ] || ${gate('go')}` });
  await story.make('fix');
  await story.ok('run', 'fix', 'touch ~/ran');
  const pid = Number(await begun(story, 'asked'));
  const [prompt] = await story.queue('fix');
  await story.ok('queue', 'fix', '--cancel', prompt?.id ?? '');
  await eventually(
    () => isAlive(pid),
    alive => !alive,
  );
  await open(story, 'free');
  t.is(await story.ok('run', 'fix', 'echo next', '--wait'), 'next');
  t.false(existsSync(join(story.home, 'ran')));
  t.deepEqual(await story.events('--session', 'fix', '--type', 'failed'), []);
});

test.serial(
  'a turn that a person began while the hook ran is not disturbed, whatever the hook says',
  async t => {
    const story = await tell(t);
    await hooks(story, {
      'before-run': `[ ! -e ~/armed ] || { echo x >>~/asked; ${gate('go')}; [ ! -e ~/no ]; }`,
    });
    await story.make('fix', '-p', 'true', '--wait');
    await open(story, 'armed');
    for (const [word, turn] of [
      ['yes', 2],
      ['no', 4],
    ] as const) {
      if (word === 'no') await open(story, 'no');
      await story.run('rm', ['-f', 'go', 'done', 'asked']);
      const waiting = story.actor('run', 'fix', `echo ${word} >>~/ran`, '--wait');
      await begun(story, 'asked');
      await story.type('fix', `${gate('done')}; echo by hand`);
      await story.press('fix', 'Enter');
      await story.until('fix', session => session.status === 'working');
      await open(story, 'go');
      if (word === 'no') t.is((await waiting).code, 5);
      await holds(
        () => story.show('fix'),
        ({ status, turn: now }) => status === 'working' && now?.id === turn,
      );
      await open(story, 'done');
      if (word === 'yes') t.is((await waiting).code, 0);
      await story.until('fix', ({ status, queued }) => status === 'idle' && queued === 0);
    }
    t.is(await story.file('ran'), 'yes\n');
    t.like(await story.show('fix'), { last: { turn: 4, outcome: 'completed', message: 'by hand' } });
  },
);

test.serial('a daemon that a before-run kills asks it again, and the prompt runs once', async t => {
  const story = await tell(t);
  await hooks(story, {
    'before-run':
      'echo x >>~/asked; [ -e ~/killed ] || { touch ~/killed; kill -9 $(cat $ACTOR_HOME/daemon.pid); sleep 300; }',
  });
  await story.make('fix', { env: { MINE: 'x' } });
  t.is(await story.ok('run', 'fix', 'echo ran >>~/ran; echo done', '--wait'), 'done');
  t.is(await story.file('ran'), 'ran\n');
  t.is(await story.file('asked'), 'x\nx\n');
});

test.serial(
  'a before-run that kills every daemon loses its prompt to a failed event, not the home',
  async t => {
    const story = await tell(t);
    await hooks(story, { 'before-run': 'kill -9 $(cat $ACTOR_HOME/daemon.pid); sleep 300' });
    await story.make('fix');
    await story.actor('run', 'fix', 'touch ~/ran');
    await eventually(
      async () => (await story.actor('show', 'fix', '--json')).stdout,
      shown => /"reason":"hook"/.test(shown),
      { every: 200 },
    );
    t.regex((await story.show('fix')).message ?? '', /is not run again: 3 daemons died over it/);
    t.false(existsSync(join(story.home, 'ran')));
  },
);

test.serial('what a hook waits for goes with its session: discard, and down', async t => {
  const story = await tell(t);
  await hooks(story, { 'before-run': `echo $$ >~/asked-$ACTOR_NAME; ${gate('go')}` });
  for (const name of ['one', 'two']) {
    await story.make(name);
    await story.ok('run', name, 'touch ~/ran');
    await begun(story, `asked-${name}`);
  }
  await story.ok('discard', 'one');
  await story.ok('down', 'two');
  for (const name of ['one', 'two']) t.false(await isAlive(Number(await story.file(`asked-${name}`))));
  t.like(await story.show('two'), { status: 'created', held: 1 });
  await open(story, 'go');
  await holds(
    () => existsSync(join(story.home, 'ran')),
    ran => !ran,
  );
});

test.serial('a main’s prompts and slash commands ask nobody', async t => {
  const story = await tell(t);
  await hooks(story, {
    'before-run': 'echo $ACTOR_NAME >>~/asked',
    'after-run': 'echo $ACTOR_NAME >>~/told',
  });
  await story.ok('--detach', 'shell');
  t.is(await story.ok('run', 'main', 'echo hi', '--wait'), 'hi');
  await story.make('fix');
  await story.ok('run', 'fix');
  await story.until('fix', ({ status }) => status === 'idle');
  await story.ok('run', 'fix', '--slash', '/bin/true');
  await begun(story, 'told', 'fix');
  t.is(await story.file('asked'), '');
  t.is(await story.file('told'), 'fix\n', 'a slash command makes a turn of a shell; a main has no hooks');
});

test.serial('broken settings are told at once, and nothing is queued or made', async t => {
  const story = await tell(t);
  await story.make('fix');
  await writeFile(join(story.actorHome, 'settings.kdl'), 'hooks {\n  before-run 5\n}\n');
  for (const args of [
    ['run', 'fix', 'true'],
    ['new', 'two', '--agent', 'shell', '-p', 'true'],
    ['discard', 'fix'],
  ]) {
    const { code, stderr } = await story.actor(...args);
    t.is(code, 1, args.join(' '));
    t.regex(stderr, /settings\.kdl:2:14: /);
  }
  t.deepEqual(await story.queue('fix'), []);
  await story.ok('discard', 'fix', '--force');
  t.deepEqual(
    (await isNothingLeft(story)).filter(left => left !== 'fix'),
    [],
  );
});
