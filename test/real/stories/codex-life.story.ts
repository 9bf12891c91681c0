/** A codex session's life: prompts in, endings out. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test from 'ava';
import { holds } from '../../helpers/wait.js';
import { kill, withStage } from '../stage.js';

const agents = ['codex'] as const;

test.serial(
  'a prompt that is sent while codex is still starting runs after the first, each once',
  async t => {
    const stage = await withStage(t, { agents });
    await stage.actor('new', 'early', '--agent', 'codex');
    await stage.actor('run', 'early', 'REPLY:one');
    await stage.actor('run', 'early', 'REPLY:two');
    await stage.event('early', 'completed', 2);
    t.deepEqual(
      (await stage.prompts()).filter(text => /^REPLY:(one|two)/.test(text)),
      ['REPLY:one', 'REPLY:two'],
    );
    // Codex asks for a title in a thread of its own, which is nobody's turn.
    await stage.eventually(
      () => stage.requests(),
      requests => requests.some(({ main }) => !main),
    );
    const turn = ['turn-started', 'completed'];
    await holds(
      async () => (await stage.events('early')).map(({ type }) => type).join(),
      types => types === ['created', 'started', ...turn, ...turn].join(),
      1000,
    );
    t.deepEqual(
      (await stage.events('early', 'completed')).map(({ message }) => message),
      ['one', 'two'],
    );
  },
);

test.serial('100 KB by the command line and 200 KB by a paste arrive whole', async t => {
  const stage = await withStage(t, { agents });
  const line = 'The quick brown fox; jumps #{over} $(the) `lazy` dog: äöü 漢字 🦊\n';
  const long = (kilobytes: number) =>
    `REPLY:got it\n${line.repeat(Math.floor((kilobytes * 1024) / Buffer.byteLength(line)))}end`;
  await stage.start('large', long(100));
  await stage.event('large', 'completed');
  await stage.actor('run', 'large', '-', { input: long(200) });
  await stage.event('large', 'completed', 2);
  const given = (await stage.given('large')).filter(text => text.startsWith('REPLY:got it'));
  t.deepEqual(
    given.map(text => text.length),
    [long(100).length, long(200).length],
  );
  t.true(given[0] === long(100) && given[1] === long(200));
});

test.serial('actor stop interrupts codex and keeps what waits', async t => {
  const stage = await withStage(t, { agents });
  await stage.start('stopme', 'SLEEP:60 REPLY:never\nsecond line');
  const { pid } = await stage.reaches('stopme', 'working');
  await stage.actor('run', 'stopme', 'REPLY:later');
  const [stopped] = JSON.parse(await stage.actor('stop', 'stopme', '--json')) as { stopped: boolean }[];
  t.true(stopped?.stopped);
  const session = await stage.show('stopme');
  t.deepEqual([session.status, session.held, session.last?.outcome], ['idle', 1, 'stopped']);
  t.is(session.pid, pid);
  await stage.actor('run', 'stopme', 'REPLY:last');
  await stage.event('stopme', 'completed', 2);
  t.deepEqual(
    (await stage.events('stopme', 'completed')).map(({ message }) => message),
    ['later', 'last'],
  );
});

test.serial('a codex that is killed has exited, and the next prompt resumes its conversation', async t => {
  const stage = await withStage(t, { agents });
  await stage.start('phoenix', 'REPLY:remember me');
  await stage.event('phoenix', 'completed');
  await stage.actor('run', 'phoenix', 'SLEEP:100 REPLY:never said');
  const { pid, conversation } = await stage.reaches('phoenix', 'working');
  await stage.eventually(
    () => stage.prompts(),
    prompts => prompts.some(prompt => prompt.startsWith('SLEEP:100')),
  );
  await kill(pid!);
  const exited = await stage.event('phoenix', 'exited');
  t.deepEqual([exited.outcome, exited.reason], ['lost', 'killed by signal 9']);
  t.is(await stage.actor('run', 'phoenix', 'REPLY:I do', '--wait'), 'I do\n');
  t.is((await stage.show('phoenix')).conversation, conversation);
  const texts = await stage.given('phoenix');
  t.true(texts.includes('REPLY:remember me') && texts.includes('REPLY:I do'), 'one rollout holds both');
  const asked = (await stage.asked()).at(-1);
  t.true(Number(asked?.nMessages) > 5, 'the model was given what was said before');
});

test.serial('a codex that nobody has logged in waits for a login', async t => {
  const stage = await withStage(t, { agents, loggedIn: false });
  await stage.actor('new', 'stranger', '--agent', 'codex');
  await stage.actor('run', 'stranger', 'REPLY:never said');
  const waiting = await stage.reaches('stranger', 'waiting');
  t.is(waiting.waiting_for, 'login');
  await holds(
    () => stage.screen('stranger'),
    screen => /Sign in with ChatGPT/.test(screen),
    2000,
  );
  t.is((await stage.show('stranger')).status, 'waiting');
});

test.serial('a codex that is not installed is said to be so, and nothing is left', async t => {
  const stage = await withStage(t, { agents });
  const path = stage.arena.env.PATH!.split(delimiter).filter(folder => !existsSync(join(folder, 'codex')));
  const env = { PATH: path.join(delimiter) };
  const { code, stderr } = await stage.try('new', 'missing', '--agent', 'codex', 'REPLY:no', { env });
  t.is(code, 1);
  t.regex(stderr, /^actor: codex is not installed/m);
  t.deepEqual(JSON.parse(await stage.actor('list', '--json')), []);
});
