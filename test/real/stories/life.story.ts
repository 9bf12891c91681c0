/** A claude session's life: prompts in, endings out. */
import test from 'ava';
import { kill, withStage } from '../stage.js';

test('a prompt that is sent while the agent is still starting runs after the first, each once', async t => {
  const stage = await withStage(t);
  await stage.actor('new', 'early', '--agent', 'claude');
  await stage.actor('run', 'early', 'REPLY:one');
  await stage.actor('run', 'early', 'REPLY:two');
  await stage.event('early', 'completed', 2);
  const completed = await stage.events('early', 'completed');
  t.deepEqual(
    completed.map(({ message }) => message),
    ['one', 'two'],
  );
  t.deepEqual(
    (await stage.prompts()).filter(text => /^REPLY:(one|two)/.test(text)),
    ['REPLY:one', 'REPLY:two'],
  );
});

test('100 KB arrive whole, by the command line and by a paste', async t => {
  const stage = await withStage(t);
  const line = 'The quick brown fox; jumps #{over} $(the) `lazy` dog: äöü 漢字 🦊\n';
  const long = `REPLY:got it\n${line.repeat(Math.floor((100 * 1024) / Buffer.byteLength(line)))}end`;
  await stage.start('large', long, []);
  await stage.event('large', 'completed');
  await stage.actor('run', 'large', '-', { input: `${long}!` });
  await stage.event('large', 'completed', 2);
  const given = (await stage.transcript('large'))
    .filter(entry => entry.type === 'user')
    .map(entry => textOf((entry.message as { content: unknown }).content));
  t.is(given[0], long);
  t.is(given[1], `${long}!`);
});

test('Esc by hand stops the turn, and the next prompt runs', async t => {
  const stage = await withStage(t);
  await stage.start('esc', 'SLEEP:60 REPLY:never');
  await stage.reaches('esc', 'working');
  await stage.eventually(
    () => stage.screen('esc'),
    screen => screen.includes('esc to interrupt'),
  );
  await stage.press('esc', 'Escape');
  const stopped = await stage.event('esc', 'stopped');
  t.is(stopped.turn, 1);
  // The prompt returned to the box: it counts as typed by the person, and what comes next waits for it.
  await stage.eventually(
    () => stage.screen('esc'),
    screen => /^❯\s\S/m.test(screen),
  );
  await stage.press('esc', 'C-u');
  await stage.actor('run', 'esc', 'REPLY:after');
  t.is((await stage.event('esc', 'completed')).message, 'after');
});

test('actor stop interrupts and keeps what waits', async t => {
  const stage = await withStage(t);
  await stage.start('stopme', 'SLEEP:60 REPLY:never\nsecond line');
  await stage.reaches('stopme', 'working');
  await stage.eventually(
    () => stage.screen('stopme'),
    screen => screen.includes('esc to interrupt'),
  );
  await stage.actor('run', 'stopme', 'REPLY:later');
  const [stopped] = JSON.parse(await stage.actor('stop', 'stopme', '--json')) as { stopped: boolean }[];
  t.true(stopped?.stopped);
  const { status, held, last } = await stage.show('stopme');
  t.deepEqual([status, held, last?.outcome], ['idle', 1, 'stopped']);
  await stage.actor('run', 'stopme', 'REPLY:last');
  await stage.event('stopme', 'completed', 2);
  t.deepEqual(
    (await stage.events('stopme', 'completed')).map(({ message }) => message),
    ['later', 'last'],
  );
});

test('API errors are failures with their reason', async t => {
  const stage = await withStage(t);
  await stage.start('limited', 'STATUS:429');
  const failed = await stage.event('limited', 'failed');
  t.is(failed.reason, 'rate_limit');
  t.is((await stage.show('limited')).status, 'idle');
});

test('a killed agent has exited, and the next prompt resumes its conversation', async t => {
  const stage = await withStage(t);
  await stage.start('phoenix', 'REPLY:remember me');
  await stage.event('phoenix', 'completed');
  const { pid, conversation } = await stage.show('phoenix');
  await kill(pid!);
  const exited = await stage.event('phoenix', 'exited');
  t.is(exited.reason, 'killed by signal 9');
  await stage.actor('run', 'phoenix', 'REPLY:I do');
  await stage.event('phoenix', 'completed', 2);
  t.is((await stage.show('phoenix')).conversation, conversation);
  const requests = await stage.stub.requests();
  const last = requests.filter(({ main, event }) => main && event === 'messages').at(-1);
  t.true(Number(last?.nMessages) >= 3, 'the model was given what was said before');
});

test('when the tmux server is killed everything has exited, and runs on by run', async t => {
  const stage = await withStage(t);
  await stage.startMain();
  await stage.start('a', 'REPLY:a one');
  await stage.start('b', 'SLEEP:60 REPLY:never');
  await stage.event('a', 'completed');
  await stage.reaches('b', 'working');
  await stage.tmux('kill-server');
  t.is((await stage.event('a', 'exited')).outcome, null);
  t.is((await stage.event('b', 'exited')).outcome, 'lost');
  await stage.actor('run', 'a', 'REPLY:a two');
  await stage.actor('run', 'b', 'REPLY:b two');
  t.is((await stage.event('a', 'completed', 2)).message, 'a two');
  t.is((await stage.event('b', 'completed')).message, 'b two');
});

test('the trust dialog is waiting for a person, and nothing is typed into it', async t => {
  const stage = await withStage(t, { trusted: false });
  await stage.actor('new', 'distrusted', '--agent', 'claude', '--prompt', 'REPLY:never');
  const asked = await stage.event('distrusted', 'needs-input');
  t.is(asked.waiting_for, 'trust');
  await stage.actor('run', 'distrusted', 'REPLY:nor this');
  const { status, waiting_for, status_by } = await stage.show('distrusted');
  t.deepEqual([status, waiting_for], ['waiting', 'trust']);
  t.regex(status_by, /screen/);
  t.regex(await stage.screen('distrusted'), /trust this folder/i);
});

function textOf(content: unknown): string {
  const text =
    typeof content === 'string'
      ? content
      : (content as { text?: string }[]).map(block => block.text ?? '').join('');
  return text.replace(/^\s*<pasted_content[^>]*>\n|\n<\/pasted_content[^>]*>\s*$/g, '');
}
