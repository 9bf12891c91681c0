import { access } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { attachArgv } from '../../tmux/clients.js';
import { neutralizeFormat } from '../../tmux/format.js';
import { setOptions } from '../../tmux/options.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually } from '../helpers/wait.js';
import { withServer } from './setup.js';

test('options keep any text as it is, for many windows in one invocation', async t => {
  const { tmux, open } = await withServer(t);
  const values = [
    "it's",
    '"',
    '\\',
    '$HOME',
    '#{pid}',
    'a ; b',
    ';',
    '',
    '-u',
    '~',
    '♛ é 日本',
    '%if',
    '{',
    '}',
    '# x',
  ];
  const windows = await Promise.all(values.map((_, index) => open(`w${index}`)));
  await setOptions(
    tmux,
    windows.map(({ window }, index) => ({ window, name: '@actor_label', value: values[index]! })),
  );
  for (const [index, { window }] of windows.entries())
    t.is(await tmux.run(['show-options', '-wqv', '-t', window, '@actor_label']), values[index]!);
});

test('a window that is gone does not keep the others from theirs; null removes', async t => {
  const { tmux, open } = await withServer(t);
  const { window } = await open('w');
  await setOptions(tmux, [
    { window: '@99', name: '@actor_mark', value: 'x' },
    { window, name: '@actor_mark', value: '★' },
    { window: null, name: '@actor_notice', value: 'note' },
  ]);
  t.is(await tmux.run(['show-options', '-wqv', '-t', window, '@actor_mark']), '★');
  t.is(await tmux.run(['show-options', '-gqv', '@actor_notice']), 'note');
  await setOptions(tmux, [
    { window, name: '@actor_mark', value: null },
    { window: null, name: '@actor_notice', value: null },
  ]);
  t.is(await tmux.run(['show-options', '-wqv', '-t', window, '@actor_mark']), '');
  t.is(await tmux.run(['show-options', '-gqv', '@actor_notice']), '');
});

test('another program’s text in the status line, the title and the menu is shown, and runs nothing', async t => {
  const { arena, tmux, open } = await withServer(t);
  const { window } = await open('fix-nav');
  const file = join(arena.root, 'touched');
  const evil = `#(touch ${file}) #{pid} #[fg=red,reverse] \`touch ${file}\` $(touch ${file}) #12`;
  const text = neutralizeFormat(evil, 150);
  await setOptions(tmux, [
    { window, name: '@actor_label', value: text },
    { window, name: '@actor_state', value: 'working' },
    { window: null, name: '@actor_waiting', value: '1' },
    { window: null, name: '@actor_who', value: neutralizeFormat('#(id) waits', 30) },
  ]);
  const terminal = await openTerminal(t, arena, attachArgv(tmux, window), { width: 260 });
  const status = await eventually(
    async () => (await terminal.screen()).trimEnd().split('\n').at(-1)!,
    line => line.includes('C-z menu'),
  );
  t.true(status.includes('★ fix-nav'), status);
  t.true(status.includes('♯(id) waits'), status);
  await terminal.press('C-z');
  await eventually(terminal.screen, screen => screen.split('\n').slice(0, 10).join('').includes(text));
  await t.throwsAsync(access(file));

  await setOptions(tmux, [{ window, name: '@actor_state', value: 'waiting' }]);
  await terminal.press('C-z');
  await eventually(terminal.screen, screen => screen.includes('! fix-nav'));
});
