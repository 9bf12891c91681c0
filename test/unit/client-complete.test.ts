import test from 'ava';
import { wantedAt } from '../../cli/client/complete.js';
import { CATALOG } from '../../cli/commands/catalog.js';

/** What could stand at the end of this command line: words, or the kind of names. */
function could(...words: string[]) {
  const { typed, prefix, words: fixed, of } = wantedAt(words, CATALOG);
  const values = fixed.filter(({ value }) => value.startsWith(typed)).map(({ value }) => prefix + value);
  return of === null ? values : [...values, `<${of}>`];
}

const completes = test.macro({
  exec(t, words: string[], expected: string[]) {
    t.deepEqual(could(...words), expected);
  },
  title: (_, words: string[]) => `actor ${words.join(' ')}|`,
});

test(completes, ['di'], ['discard']);
test(completes, ['help', 'di'], ['discard']);
test(completes, ['complet'], ['completion']);
test(completes, ['men'], []);
test(completes, ['--de'], ['--detach']);
test(completes, ['--js'], ['--json']);
test(completes, ['--role', ''], ['<role>']);
test(completes, ['--role', 'x', 'cla'], ['claude']);
test(completes, ['claude', '--mo'], []);
test(completes, ['nonsense', ''], []);
test(completes, ['show', ''], ['<session>']);
test(completes, ['show', 'a', ''], []);
test(completes, ['run', 'a', ''], []);
test(completes, ['new', ''], []);
test(completes, ['new', '--agent', ''], ['<agent>']);
test(completes, ['new', '--agent=c'], ['<agent>']);
test(completes, ['new', '--dir', ''], ['<directory>']);
test(completes, ['new', '--no'], ['--no-worktree', '--no-color']);
test(completes, ['new', '--role', 'x', '--ro'], []);
test(completes, ['new', '--config', 'a=b', '--conf'], ['--config']);
test(completes, ['new', '-p', '--conf'], []);
test(completes, ['run', '--', '--ti'], ['<session>']);
test(completes, ['stop', 'a', 'b', ''], ['<session>']);
test(completes, ['list', '--status', 'e'], ['exited', 'ended']);
test(completes, ['list', '--status=e'], ['--status=exited', '--status=ended']);
// As bash cuts words.
test(completes, ['list', '--status', '=', 'e'], ['exited', 'ended']);
test(completes, ['new', '--agent', '='], ['<agent>']);
test(completes, ['logs', '-n', '5', ''], ['<session>']);
test(completes, ['logs', '-n5', ''], ['<session>']);
test(completes, ['daemon', 'st'], ['start', 'stop', 'status']);
test(completes, ['completion', ''], ['bash', 'zsh', 'fish']);

test('what was given already is known, so that a session is not offered twice', t => {
  t.deepEqual(wantedAt(['stop', 'a', '--clear', 'b', ''], CATALOG).given, ['a', 'b']);
});
