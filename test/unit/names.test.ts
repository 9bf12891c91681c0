import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { firstFreeName, isMainName, isValidName, NAME_LIMIT, nameFromText } from '../../cli/domain/names.js';

for (const name of [
  'a',
  'A1',
  '0',
  'fix-nav',
  'fix.nav_2',
  'a-',
  'a_',
  'main',
  'x'.repeat(64),
  'HEAD',
  'a.lockx',
])
  test(`a name: ${name}`, t => {
    t.true(isValidName(name));
  });

for (const name of [
  '',
  '.a',
  '-a',
  '_a',
  'a b',
  'a/b',
  'a\n',
  '\na',
  'ä',
  'a:b',
  'a..b',
  'a.',
  'a.lock',
  'a.LOCK',
  'x'.repeat(65),
  '../a',
  'a~1',
  'a@{b',
])
  test(`no name: ${JSON.stringify(name)}`, t => {
    t.false(isValidName(name));
  });

test('every name is a valid name of a branch by git’s own word', t => {
  const character = fc.constantFrom(...'aZ09._-');
  const names = fc.sample(fc.string({ unit: character, minLength: 1, maxLength: 6 }).filter(isValidName), 60);
  for (const name of names)
    t.notThrows(() => execFileSync('git', ['check-ref-format', `refs/heads/${name}`]), name);
});

test('main and main-… are names of mains, without regard to case', t => {
  for (const name of ['main', 'Main', 'main-app', 'MAIN-x', 'main-']) t.true(isMainName(name), name);
  for (const name of ['mainly', 'main.2', 'main_2', 'domain', 'a-main', '']) t.false(isMainName(name), name);
});

const texts: [string, string | null][] = [
  ['Fix the nav bar!', 'fix-the-nav-bar'],
  ['  add   a test\n\nwith details', 'add-a-test-with-details'],
  ['one two three four five six', 'one-two-three-four-five'],
  ['Überprüfe die Äpfel', 'uberprufe-die-apfel'],
  ['main', 'do-main'],
  ['Main menu', 'do-main-menu'],
  ['mainly', 'mainly'],
  ['x'.repeat(100), 'x'.repeat(40)],
  [`${'x'.repeat(38)} yyy`, 'x'.repeat(38)],
  ['/compact', 'compact'],
  ['日本語', null],
  ['', null],
  ['Größe ändern, Łódź', 'grosse-andern-lodz'],
  ['?!', null],
];
for (const [text, name] of texts)
  test(`a name from ${JSON.stringify(text.slice(0, 40))}`, t => {
    t.is(nameFromText(text), name);
  });

test('a name from any text is a valid one that no main owns, and so are its numbered forms', t => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.integer({ min: 1, max: 30 }),
      (text, taken) => {
        const name = nameFromText(text);
        if (name === null) return;
        t.true(isValidName(name), name);
        t.false(isMainName(name), name);
        let asked = 0;
        const free = firstFreeName(name, () => ++asked <= taken);
        t.true(isValidName(free), free);
      },
    ),
  );
});

test('the first free name', t => {
  const taken = new Set(['a', 'a-2', 'b']);
  const isTaken = (name: string) => taken.has(name);
  t.is(firstFreeName('c', isTaken), 'c');
  t.is(firstFreeName('b', isTaken), 'b-2');
  t.is(firstFreeName('a', isTaken), 'a-3');
  const long = 'x'.repeat(NAME_LIMIT);
  t.true(isValidName(firstFreeName(long, name => name === long)));
});
