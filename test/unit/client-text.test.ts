import test from 'ava';
import fc from 'fast-check';
import { renderTable } from '../../cli/client/table.js';
import { formatClock, formatDuration, parseDuration } from '../../cli/client/time.js';
import { displayWidth, oneLine, truncate, visible } from '../../cli/client/width.js';
import { editDistance, nearest } from '../../cli/domain/suggest.js';

const lasts = test.macro({
  exec(t, text: string, milliseconds: number) {
    t.is(parseDuration(text, '--timeout'), milliseconds);
  },
  title: (_, text) => `a duration: ${text}`,
});
test(lasts, '500ms', 500);
test(lasts, '5s', 5000);
test(lasts, '2m', 120_000);
test(lasts, '1h', 3_600_000);
test(lasts, '7', 7000);
test(lasts, '1.5', 1500);
test(lasts, '.5m', 30_000);
test(lasts, '0', 0);

for (const text of ['', 'soon', '-1', '5 parsecs', '1d', '5ss', '1e3', '0x10', 'Infinity', '5s5s'])
  test(`no duration: ${JSON.stringify(text)}`, t => {
    t.throws(() => parseDuration(text, '--timeout'), { message: /--timeout is no duration/ });
  });

test('a duration that no timer can hold is refused', t => {
  t.throws(() => parseDuration('9999h', '--timeout'), { message: /too long/ });
});

test('ages have two units', t => {
  const ages = [-5, 0, 59_999, 60_000, 133_000, 3_600_000, 3_840_000, 86_400_000, 270_000_000].map(
    formatDuration,
  );
  t.deepEqual(ages, ['0s', '0s', '59s', '1m00s', '2m13s', '1h00m', '1h04m', '1d00h', '3d03h']);
});

test('the clock shows the date of another day only', t => {
  const time = new Date(2026, 10, 23, 7, 12, 3);
  t.is(formatClock(time.toISOString(), new Date(2026, 10, 23, 23, 0, 0).getTime()), '07:12:03');
  t.is(formatClock(time.toISOString(), new Date(2026, 10, 24, 0, 0, 0).getTime()), '2026-11-23 07:12:03');
});

const wide = test.macro({
  exec(t, text: string, columns: number) {
    t.is(displayWidth(text), columns);
  },
  title: (_, text) => `the width of ${JSON.stringify(text)}`,
});
test(wide, 'abc', 3);
test(wide, '', 0);
test(wide, '♛ ★ ✗', 5);
test(wide, '日本語', 6);
test(wide, 'é', 1);
test(wide, 'e\u0301', 1);
test(wide, '🚀', 2);
test(wide, '\x1b[31mred\x1b[0m', 3);
test(wide, '한글', 4);
test(wide, 'a\u200bb', 2);

test('foreign text loses its escape sequences and controls, and keeps its lines', t => {
  t.is(visible('a\x1b[31mb\x1b]0;title\x07c\x1b]8;;http://x\x1b\\d\r\n\te\x00\x9b1mf'), 'abcd\n\tef');
  t.is(oneLine('  a\n\n b\tc\x1b[2J '), 'a b c');
  t.is(oneLine('a\u202eb\u2067c\u200f'), 'abc');
});

test('a truncated text fits, and says that it was cut', t => {
  t.is(truncate('hello', 5), 'hello');
  t.is(truncate('hello!', 5), 'hell…');
  t.is(truncate('日本語', 4), '日…');
  t.is(truncate('hello', 0), '');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      const shown = visible(text);
      return displayWidth(truncate(shown, columns)) <= columns;
    }),
  );
});

test('a table aligns by display width, leaves out empty columns and trailing blanks', t => {
  const rows = [
    [{ text: 'a' }, { text: '' }, { text: '日本' }, { text: 'x' }],
    [{ text: 'long' }, { text: '' }, { text: 'b' }, { text: '' }],
  ];
  t.deepEqual(renderTable(rows, null), ['a     日本  x', 'long  b']);
});

test('no line of a table is wider than the terminal, painted or not', t => {
  const paint = (text: string) => `\x1b[31m${text}\x1b[39m`;
  const rows = [[{ text: 'name', paint }, { text: 'a'.repeat(50) }, { text: 'b'.repeat(50), paint }]];
  for (const width of [1, 4, 5, 6, 30, 57, 58, 80, 200])
    for (const line of renderTable(rows, width)) t.true(displayWidth(line) <= width, `${width}: ${line}`);
});

test('a suggestion is near, or there is none', t => {
  const verbs = ['list', 'ls', 'logs', 'run', 'discard', 'daemon', 'doctor'];
  t.is(nearest('lsit', verbs), 'list');
  t.is(nearest('rum', verbs), 'run');
  t.is(nearest('disc', verbs), 'discard');
  t.is(nearest('d', verbs), null);
  t.is(nearest('xyzzy', verbs), null);
});

test('the edit distance is a distance', t => {
  t.is(editDistance('ab', 'ba'), 1);
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right);
      return (
        distance === editDistance(right, left) &&
        (distance === 0) === (left === right) &&
        distance <= Math.max(left.length, right.length)
      );
    }),
  );
  t.pass();
});
