import { randomBytes } from 'node:crypto';
import test from 'ava';
import { listPanes } from '../../tmux/panes.js';
import { dropPrompt, loadPrompt, pastePrompt, promptBuffers } from '../../tmux/paste.js';
import { TmuxError } from '../../tmux/tmux.js';
import { eventually, holds } from '../helpers/wait.js';
import { killedClient, pasted, serverPid, withServer } from './setup.js';

const texts: [string, string][] = [
  ['one line', 'do it'],
  ['lines, tabs, no Enter between', 'a\n\tb\n\nc\n'],
  ['an end in ;', 'echo a;'],
  ['a beginning in -', '-b x -t %0'],
  ['formats and shell', '#{pid} #(touch x) $(touch y) `z` %% %H'],
  ['unicode', 'é 日本 👩‍👩‍👧 \u202e'],
  ['brackets without ESC', '[200~ [201~'],
];
for (const [title, text] of texts)
  test(`arrives as it is: ${title}`, async t => {
    const { tmux, recorder } = await withServer(t);
    const window = await recorder('r');
    await loadPrompt(tmux, 'p1', text);
    t.deepEqual(await promptBuffers(tmux), ['p1']);
    t.is(await pastePrompt(tmux, window.pane, 'p1'), 'pasted');
    t.deepEqual(await promptBuffers(tmux), []);
    await eventually(window.received, bytes => bytes.equals(pasted(text)));
  });

test('a megabyte arrives byte for byte', async t => {
  const { tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  const text = randomBytes(512 * 1024)
    .toString('hex')
    .replaceAll('77', '\n');
  await loadPrompt(tmux, 'big', text);
  t.is(await pastePrompt(tmux, window.pane, 'big'), 'pasted');
  const want = pasted(text);
  await eventually(
    async () => (await window.received()).length,
    length => length >= want.length,
  );
  t.true((await window.received()).equals(want));
});

test('unbracketed and not entered, when so asked', async t => {
  const { tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  await loadPrompt(tmux, 'a', '/compact');
  await pastePrompt(tmux, window.pane, 'a', { bracketed: false });
  await loadPrompt(tmux, 'b', 'draft');
  await pastePrompt(tmux, window.pane, 'b', { enter: false });
  await eventually(window.received, bytes => bytes.toString() === '/compact\r\x1b[200~draft\x1b[201~');
  t.pass();
});

test('entered later, when so asked, also by a client that is killed meanwhile', async t => {
  const { arena, tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  await loadPrompt(tmux, 'a', 'slow');
  const begin = Date.now();
  t.is(await pastePrompt(tmux, window.pane, 'a', { enterAfter: 700 }), 'pasted');
  t.true(Date.now() - begin >= 700);
  await eventually(window.received, bytes => bytes.equals(pasted('slow')));
  await loadPrompt(tmux, 'b', "it's");
  const killed = await killedClient(arena, tmux, 1000);
  await t.throwsAsync(pastePrompt(killed, window.pane, 'b', { enterAfter: 3000 }));
  await eventually(window.received, bytes => bytes.equals(Buffer.concat([pasted('slow'), pasted("it's")])));
});

test('under copy mode and under the menu it arrives whole as well', async t => {
  const { tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  let want = '';
  for (const command of ['copy-mode', 'choose-tree', 'clock-mode']) {
    await tmux.run([command, '-t', window.pane]);
    t.is(await tmux.run(['display-message', '-p', '-t', window.pane, '#{pane_in_mode}']), '1');
    await loadPrompt(tmux, 'p', `${command}\nsecond line`);
    t.is(await pastePrompt(tmux, window.pane, 'p'), 'pasted');
    want += pasted(`${command}\nsecond line`);
    await eventually(window.received, bytes => bytes.toString() === want);
  }
});

test('a dead or missing pane takes nothing, and the server lives', async t => {
  const { tmux, open } = await withServer(t);
  const { pane } = await open('dead', ['true', 'x']);
  await eventually(
    () => listPanes(tmux),
    panes => panes?.[0]?.dead === true,
  );
  const pid = await serverPid(tmux);
  await loadPrompt(tmux, 'p', 'hello');
  t.is(await pastePrompt(tmux, pane, 'p'), 'dead');
  t.is(await pastePrompt(tmux, '%999', 'p'), 'dead');
  t.deepEqual(await promptBuffers(tmux), ['p']);
  t.is(await serverPid(tmux), pid);
  await dropPrompt(tmux, 'p');
  t.deepEqual(await promptBuffers(tmux), []);
});

test('only into the program that was meant', async t => {
  const { tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  await loadPrompt(tmux, 'p', 'hello');
  t.is(await pastePrompt(tmux, window.pane, 'p', { foreground: ['bash', 'zsh'] }), 'refused');
  t.deepEqual(await promptBuffers(tmux), ['p']);
  await holds(window.received, bytes => bytes.length === 0, 200);
  t.is(await pastePrompt(tmux, window.pane, 'p', { foreground: ['bash', 'cat'] }), 'pasted');
  await eventually(window.received, bytes => bytes.equals(pasted('hello')));

  await loadPrompt(tmux, 'q', 'closed');
  await tmux.run(['select-pane', '-d', '-t', window.pane]);
  t.is(await pastePrompt(tmux, window.pane, 'q'), 'refused');
  await t.throwsAsync(pastePrompt(tmux, window.pane, 'q', { foreground: ['a},1}'] }), {
    instanceOf: RangeError,
  });
});

test('a prompt that is not loaded is an error, and no Enter is pressed for it', async t => {
  const { tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  const error = await t.throwsAsync(pastePrompt(tmux, window.pane, 'gone'), { instanceOf: TmuxError });
  t.is(error.kind, 'failed');
  await holds(window.received, bytes => bytes.length === 0, 200);
  await t.throwsAsync(loadPrompt(tmux, 'empty', ''), { instanceOf: RangeError });
  await t.throwsAsync(loadPrompt(tmux, 'a b', 'x'), { instanceOf: RangeError });
  await t.throwsAsync(dropPrompt(tmux, 'gone'), { instanceOf: TmuxError });
});

test('whenever the sender is killed, the buffer tells whether the prompt arrived, whole and once', async t => {
  const { arena, tmux, recorder } = await withServer(t);
  const window = await recorder('r');
  const outcome = { arrived: 0, kept: 0 };
  let want = Buffer.alloc(0);
  let delay = 4;
  for (let run = 0; run < 60; run++) {
    const id = `k${run}`;
    const text = `prompt ${run}\n${'x'.repeat(3000)}`;
    await loadPrompt(tmux, id, text);
    const killed = await killedClient(arena, tmux, delay);
    await pastePrompt(killed, window.pane, id).catch(() => {});
    if ((await promptBuffers(tmux)).includes(id)) {
      outcome.kept++;
      delay += 0.5;
      await dropPrompt(tmux, id);
    } else {
      outcome.arrived++;
      delay = Math.max(0, delay - 0.5);
      want = Buffer.concat([want, pasted(text)]);
    }
  }
  await eventually(
    async () => (await window.received()).length,
    length => length >= want.length,
  );
  await holds(window.received, bytes => bytes.equals(want), 300);
  t.log(outcome, `around ${delay} ms`);
  t.true(outcome.arrived > 0 && outcome.kept > 0);
});
