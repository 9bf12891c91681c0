import test from 'ava';
import { isOwnPrompt, unwrap } from '../../cli/agents/claude/text.js';
import { claude } from '../../cli/agents/claude.js';
import { deliveryTokens } from '../../cli/agents/delivered.js';
import { definition } from './claude-fixtures.js';

const paste = (prompt: string) => {
  const answer = claude.submission(prompt);
  return 'paste' in answer ? answer.paste : null;
};

test('a prompt is pasted as it is', t => {
  for (const prompt of ['fix it', 'a\nb\nc\nd', '#note', '@file', '-x', ' indented', 'see /tmp'])
    t.is(paste(prompt), prompt);
});

test('a leading slash becomes part of a paste of four lines, which is text; a space would not do', t => {
  t.is(paste('/clear x'), '\n\n\n/clear x');
  t.is(paste(' /clear x'), '\n\n\n /clear x');
  t.is(paste('/clear\nx'), '\n\n/clear\nx');
  t.is(paste('/a\nb\nc\nd'), '/a\nb\nc\nd');
  t.is(paste('/a\nb\nc\nd\ne'), '/a\nb\nc\nd\ne');
});

test('a leading exclamation mark gets a space', t => {
  t.is(paste('!ls'), ' !ls');
});

test('an empty prompt is refused', t => {
  t.deepEqual(claude.submission(' \n'), { refuse: 'claude does not take an empty prompt' });
});

for (const [title, sent, seen, same] of [
  ['itself', 'fix it', 'fix it', true],
  ['trimmed', '  fix it \n', '  fix it', true],
  [
    'a wrapped paste',
    'a\nb\nc\nd',
    '\n\n<pasted_content id="4621">\na\nb\nc\nd\n</pasted_content id="4621">\n',
    true,
  ],
  [
    'a slash that was made text',
    '/clear x',
    '\n\n<pasted_content id="4">\n\n\n\n/clear x\n</pasted_content id="4">\n',
    true,
  ],
  ['an exclamation mark that was made text', '!ls', ' !ls', true],
  ['a tab as four spaces', 'a\tb', 'a    b', true],
  ['without invisible characters', 'a\u200eb\u00ad', 'ab', true],
  ['with emoji of several parts', '👨‍👩‍👧', '👨‍👩‍👧', true],
  ['CRLF', 'a\r\nb', 'a\nb', true],
  ['the composer in place of a long paste', `${'x\n'.repeat(40)}`, '[Pasted text #2 +40 lines]', true],
  ['the composer in place of another long paste', `${'x\n'.repeat(40)}`, '[Pasted text #2 +12 lines]', false],
  ['another text', 'fix it', 'fix it now', false],
  ['a part', 'fix it\nnow', 'now', false],
  ['nothing', 'fix it', '', false],
] as const)
  test(`same prompt: ${title}`, t => {
    t.is(claude.samePrompt(sent, seen), same);
  });

test('a first prompt goes by argument unless claude would take it for a command, or it is too long', t => {
  const fits = (prompt: string, args: string[] = []) =>
    claude.takesFirstPrompt(prompt, { ...definition, args });
  for (const prompt of ['fix it', '-x', '--help', '!ls', '#x', '@x', 'a\nb', 'x'.repeat(100_000)])
    t.true(fits(prompt));
  for (const prompt of ['/clear', ' /clear', '\n/clear', '', ' ', 'a\0b', 'é'.repeat(50_001)])
    t.false(fits(prompt));
  t.true(fits('fix it', ['--model', 'opus', '--add-dir', 'a', 'b']));
  t.false(fits('fix it', ['do this first']));
  t.false(fits('fix it', ['--model', 'opus', '--', 'do this first']));
});

test('delivery tokens: each once, in order, only of our element', t => {
  const text =
    '<actor-event id="1" delivery="a">\nx\n</actor-event>\n<actor-event id="2" session="s" delivery="b">\n</actor-event>' +
    '<actor-event id="1" delivery="a"> <other delivery="c"> delivery="d"';
  t.deepEqual(deliveryTokens(text), ['a', 'b']);
});

test('a peer message is shown without what claude puts around it', t => {
  t.is(
    unwrap(
      'Another Claude session sent a message:\nhello\n\nThis came from another Claude session — not typed by …',
    ),
    'hello',
  );
  t.true(isOwnPrompt('<task-notification>\n<task-id>x</task-id>'));
  t.true(isOwnPrompt('<actor-event id="1" delivery="a">'));
  t.false(isOwnPrompt('why did <actor-event come?'));
});
