import test from 'ava';
import { claude } from '../../cli/agents/claude.js';
import { screen, view } from './claude-fixtures.js';

const read = (name: string) => {
  const { text, pane } = screen(name);
  return claude.screen(text, pane, view);
};
const plain = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, '');

for (const [name, state, draft] of [
  ['composer', 'composer', null],
  ['interrupted', 'composer', null],
  ['background-command', 'composer', null],
  ['after-400', 'composer', null],
  ['draft', 'draft', 'half typed'],
  ['taken-back', 'draft', 'SLEEP:20 REPLY:never'],
  ['interrupted-draft', 'draft', 'half a draft'],
  ['command-menu', 'draft', '/clear'],
  ['busy', 'busy', null],
  ['busy-draft', 'busy', null],
  ['sub-agent', 'busy', null],
  ['queued', 'busy', null],
] as const)
  test(`${name}: ${state}`, t => {
    t.like(read(name), { state, draft, waitingFor: null });
  });

for (const [name, waitingFor] of [
  ['trust', 'trust'],
  ['key', 'login'],
  ['bypass', 'permission'],
  ['permission', 'permission'],
  ['question', 'question'],
] as const)
  test(`${name}: a dialog for ${waitingFor}`, t => {
    t.like(read(name), { state: 'dialog', waitingFor, draft: null });
  });

test('only the newest turn counts as interrupted', t => {
  t.true(read('interrupted').interrupted);
  t.true(read('interrupted-draft').interrupted);
  t.false(read('composer').interrupted);
  t.false(read('queued').interrupted);
});

test('a suggestion in dim type is no draft, a typed text with the cursor at its start is one', t => {
  const box = (row: string) => `${'─'.repeat(60)}\n❯\u00a0${row}\n${'─'.repeat(60)}\n  ⏵⏵ auto mode on`;
  const at = (cursorX: number) => ({ ...screen('composer').pane, cursorX, cursorY: 1 });
  const state = (row: string, cursorX: number) => claude.screen(box(row), at(cursorX), view);
  t.is(state('\u001b[7mR\u001b[0;2mesend your message to try again\u001b[0m', 2).state, 'composer');
  t.like(state('\u001b[7mR\u001b[0mesend this please', 2), { state: 'draft', draft: 'Resend this please' });
  t.like(state('\u001b[7mx\u001b[0m', 2), { state: 'draft', draft: 'x' });
  t.like(state('see /re\u001b[7m \u001b[0m\u001b[2msume\u001b[0m', 9), { state: 'draft', draft: 'see /re' });
  // Without escape sequences only suggestions that are known by heart are seen through.
  t.is(state('Resend your message to try again', 2).state, 'composer');
  t.is(state('Resend this please', 2).state, 'draft');
});

test('a draft of several lines is read whole', t => {
  const rows = [`${'─'.repeat(60)}`, '❯\u00a0ab', '  cd', '', '  ef', '─'.repeat(60), '  ⏵⏵ auto mode on'];
  t.is(claude.screen(rows.join('\n'), screen('composer').pane, view).draft, 'ab\ncd\n\nef');
});

test('shell mode is a draft', t => {
  const rows = ['─'.repeat(60), '!\u00a0', '─'.repeat(60), '  ! for shell mode'];
  t.like(claude.screen(rows.join('\n'), screen('composer').pane, view), { state: 'draft', draft: '!' });
});

test('an empty screen, a shell, a screen without colours', t => {
  const { pane } = screen('composer');
  t.is(claude.screen('', pane, view).state, 'busy');
  t.is(claude.screen('$ \n', pane, view).state, 'busy');
  for (const name of ['composer', 'draft', 'busy', 'busy-draft', 'permission', 'trust'])
    t.is(claude.screen(plain(screen(name).text), screen(name).pane, view).state, read(name).state, name);
});
