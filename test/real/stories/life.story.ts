/** A claude session's life: prompts in, endings out. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { kill, withStage } from '../stage.js';

test.serial(
  'a prompt that is sent while the agent is still starting runs after the first, each once',
  async t => {
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
  },
);

test.serial('100 KB arrive whole, by the command line and by a paste', async t => {
  const stage = await withStage(t);
  const line = 'The quick brown fox; jumps #{over} $(the) `lazy` dog: äöü 漢字 🦊\n';
  const long = `REPLY:got it\n${line.repeat(Math.floor((100 * 1024) / Buffer.byteLength(line)))}end`;
  await stage.start('large', long, { config: [] });
  await stage.event('large', 'completed');
  await stage.actor('run', 'large', '-', { input: `${long}!` });
  await stage.event('large', 'completed', 2);
  const given = (await stage.transcript('large'))
    .filter(entry => entry.type === 'user')
    .map(entry => textOf((entry.message as { content: unknown }).content));
  t.is(given[0], long);
  t.is(given[1], `${long}!`);
});

test.serial('actor stop interrupts and keeps what waits', async t => {
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

test.serial(
  'actor stop stops a first prompt that its agent, still at its start, has not taken yet',
  async t => {
    const stage = await withStage(t);
    // A start that takes longer than the commands: claude takes no prompt before this hook is through.
    const SessionStart = [{ hooks: [{ type: 'command', command: 'sleep 15' }] }];
    await writeFile(
      join(stage.arena.home, '.claude', 'settings.json'),
      JSON.stringify({ hooks: { SessionStart } }),
    );
    await stage.actor('new', 'early', '--agent', 'claude');
    const run = stage.actor('run', 'early', 'SLEEP:60 REPLY:never');
    await stage.event('early', 'started');
    const [stopped] = JSON.parse(await stage.actor('stop', 'early', '--json')) as { stopped: boolean }[];
    await run;
    t.true(stopped?.stopped);
    const { status, queued, held, last } = await stage.show('early');
    t.deepEqual([status, queued, held, last?.outcome], ['idle', 0, 0, 'stopped']);
    t.is(await stage.actor('run', 'early', 'REPLY:on', '--wait'), 'on\n');
  },
);

test.serial(
  'what an interrupted claude gives back late keeps nothing from being sent, a person’s own draft does',
  async t => {
    const stage = await withStage(t);
    // After its first output claude gives nothing back: what stands there later was typed here.
    const stopInTool = async () => {
      await stage.shows('late', /❯\sTOOL:[^❯]*⎿\s+(Running|\$ tail)[^❯]*❯\s*\n[\s\S]*esc to interrupt/);
      await stage.actor('stop', 'late');
    };
    await stage.start('late', 'TOOL:tail -f /dev/null');
    await stopInTool();
    await stage.type('late', 'TOOL:tail -f /dev/null');
    await stage.shows('late', /❯\sTOOL:tail -f \/dev\/null$(?![\s\S]*●)/m);
    t.is(await stage.actor('run', 'late', 'REPLY:on', '--wait'), 'on\n');
    await stage.actor('run', 'late', 'TOOL:tail -f /dev/null');
    await stopInTool();
    await stage.type('late', 'TOOL:tail -f /dev/nu');
    await stage.shows('late', /❯\sTOOL:tail -f \/dev\/nu$/m);
    await stage.actor('run', 'late', 'REPLY:no');
    await stage.eventually(
      () => stage.actor('list'),
      list => /1 held/.test(list),
    );
    t.regex(await stage.screen('late'), /❯\sTOOL:tail -f \/dev\/nu$/m);
  },
);

test.serial('a killed agent has exited, and the next prompt resumes its conversation', async t => {
  const stage = await withStage(t);
  await stage.start('phoenix', 'REPLY:remember me');
  await stage.event('phoenix', 'completed');
  // claude writes its transcript some time after its turn is over; one that is killed before has nothing to go on with.
  await stage.eventually(
    () => stage.transcript('phoenix'),
    entries => entries.some(({ type }) => type === 'assistant'),
  );
  const { pid, conversation } = await stage.show('phoenix');
  await kill(pid!);
  const exited = await stage.event('phoenix', 'exited');
  t.is(exited.reason, 'killed by signal 9');
  await stage.actor('run', 'phoenix', 'REPLY:I do');
  await stage.event('phoenix', 'completed', 2);
  t.is((await stage.show('phoenix')).conversation, conversation);
  const last = (await stage.asked()).at(-1);
  t.true(Number(last?.nMessages) >= 3, 'the model was given what was said before');
});

function textOf(content: unknown): string {
  const text =
    typeof content === 'string'
      ? content
      : (content as { text?: string }[]).map(block => block.text ?? '').join('');
  return text.replace(/^\s*<pasted_content[^>]*>\n|\n<\/pasted_content[^>]*>\s*$/g, '');
}
