import test from 'ava';
import fc from 'fast-check';
import { UsageFailure } from '../../cli/client/errors.js';
import { parse } from '../../cli/client/parse.js';
import { splitWords } from '../../cli/client/split.js';
import { CATALOG } from '../../cli/commands/catalog.js';

/** What a command line means: its command, positionals and every option that was given. */
async function meaning(...argv: string[]) {
  const parsed = await parse(argv, CATALOG);
  if (parsed.do !== 'run') return parsed.do === 'help' ? `help ${parsed.command?.name ?? 'all'}` : parsed.do;
  const { command, input } = parsed;
  const options = command.options.flatMap(({ name, value, repeatable }) => {
    if (!input.flag(name)) return [];
    return [[name, value === undefined ? true : repeatable ? input.values(name) : input.value(name)]];
  });
  return [command.name, input.positionals, Object.fromEntries(options)];
}

const means = test.macro({
  async exec(t, argv: string[], expected: unknown) {
    t.deepEqual<unknown, unknown>(await meaning(...argv), expected);
  },
  title: (_, argv: string[]) => `actor ${argv.join(' ')}`,
});

test(means, ['run', 'fix-nav', 'add a test'], ['run', ['fix-nav', 'add a test'], {}]);
test(means, ['run', '--wait', 'fix-nav', 'add'], ['run', ['fix-nav', 'add'], { wait: true }]);
test(
  means,
  ['run', 'fix-nav', 'add', '--wait', '--timeout=5s'],
  ['run', ['fix-nav', 'add'], { wait: true, timeout: '5s' }],
);
test(means, ['--wait', 'run', 'fix-nav', 'add'], ['run', ['fix-nav', 'add'], { wait: true }]);
test(means, ['--timeout', '5s', 'run', 'a', 'b'], ['run', ['a', 'b'], { timeout: '5s' }]);
test(means, ['run', 'build', '--wait', 'true'], ['run', ['build', 'true'], { wait: true }]);
test(means, ['run', 'build', '--wait', 'false'], ['run', ['build', 'false'], { wait: true }]);
test(means, ['run', 'build', '--', '--wait'], ['run', ['build', '--wait'], {}]);
test(means, ['run', 'build', '-p', '--help'], ['run', ['build'], { prompt: '--help' }]);
test(means, ['run', 'build', '-p', '-x'], ['run', ['build'], { prompt: '-x' }]);
test(
  means,
  ['run', 'build', '--wait', '-p', '--wait=yes'],
  ['run', ['build'], { wait: true, prompt: '--wait=yes' }],
);
test(means, ['run', 'build', '--prompt=-x=y "z"'], ['run', ['build'], { prompt: '-x=y "z"' }]);
test(means, ['run', 'build', '007'], ['run', ['build', '007'], {}]);
test(means, ['run', 'build', '1e3'], ['run', ['build', '1e3'], {}]);
test(means, ['run', 'build', '-'], ['run', ['build', '-'], {}]);
test(means, ['new', '--config', 'a=1', '--config=b="2"'], ['new', [], { config: ['a=1', 'b="2"'] }]);
test(means, ['new', 'x', '--no-worktree'], ['new', ['x'], { 'no-worktree': true }]);
test(means, ['ls', '--json'], ['list', [], { json: true }]);
test(means, ['--json', 'list'], ['list', [], { json: true }]);
test(means, ['logs', 'x', '-fn', '5'], ['logs', ['x'], { follow: true, count: '5' }]);
test(means, ['logs', 'x', '-n5'], ['logs', ['x'], { count: '5' }]);
test(
  means,
  ['claude', '--model', 'opus', '--help', '--', '-x'],
  ['claude', ['--model', 'opus', '--help', '--', '-x'], {}],
);
test(means, ['--detach', 'claude', '--detach'], ['claude', ['--detach'], { detach: true }]);
test(
  means,
  ['--role', 'reviewer', '--name=main-x', 'codex', 'a b'],
  ['codex', ['a b'], { role: 'reviewer', name: 'main-x' }],
);
test(means, [], 'help all');
test(means, ['--help'], 'help all');
test(means, ['help', 'run'], 'help run');
test(means, ['run', '--help'], 'help run');
test(means, ['--help', 'claude'], 'help claude');
test(means, ['--version'], 'version');
test(means, ['run', '--version'], 'version');

const refuses = test.macro({
  async exec(t, argv: string[], message: RegExp, usage?: string) {
    const error = (await t.throwsAsync(() => parse(argv, CATALOG), { instanceOf: UsageFailure }))!;
    t.is(error.code, 2);
    t.regex(`${error.message}\n${error.hint ?? ''}`, message);
    t.is(error.command?.name, usage);
  },
  title: (_, argv: string[]) => `wrong usage: actor ${argv.join(' ')}`,
});

test(refuses, ['lst'], /unknown command: lst \(did you mean list\?\)\nactor list$/);
test(refuses, ['frobnicate'], /unknown command: frobnicate\nactor --help$/);
test(refuses, ['help', 'rnu'], /did you mean run/);
test(refuses, ['--frobnicate'], /unknown option: --frobnicate/);
test(
  refuses,
  ['run', 'a', 'b', '--wiat'],
  /unknown option: --wiat \(did you mean --wait\?\)\nactor run --help/,
  'run',
);
test(refuses, ['run', 'a', '--__proto__=1'], /unknown option/, 'run');
test(refuses, ['run', '--_', 'b'], /unknown option: --_/, 'run');
test(refuses, ['run', 'a', '-x'], /unknown option: -x/, 'run');
test(refuses, ['run', 'a', 'b', '--wait=yes'], /--wait takes no value/, 'run');
test(refuses, ['events', '-f=yes'], /--follow takes no value/, 'events');
test(refuses, ['run', 'a', 'b', '--timeout'], /--timeout needs a value: --timeout D/, 'run');
test(refuses, ['run', 'a', 'b', '--timeout='], /--timeout needs a value/, 'run');
test(refuses, ['run', 'a', 'b', '--timeout', '--wait'], /--timeout needs a value/, 'run');
test(refuses, ['run', 'a', 'b', '--timeout', '1s', '--timeout', '2s'], /--timeout was given twice/, 'run');
test(refuses, ['run'], /run needs <name>/, 'run');
test(refuses, ['stop'], /stop needs <name>/, 'stop');
test(refuses, ['run', 'a', 'b', 'c'], /too many arguments: c\nput the prompt into quotes/, 'run');
test(refuses, ['list', 'x'], /too many arguments: x/, 'list');
test(refuses, ['list', '--status', 'iddle'], /--status cannot be iddle \(did you mean idle\?\)/, 'list');
test(refuses, ['daemon', 'strat'], /action cannot be strat \(did you mean start\?\)/, 'daemon');
test(refuses, ['--detach', 'list'], /unknown option: --detach/, 'list');
test(refuses, ['--wait', 'claude'], /unknown option: --wait/, 'claude');

test('an option means the same kind of thing in every command, so it may stand before the command', t => {
  const kinds = new Map<string, boolean>();
  for (const { options } of CATALOG)
    for (const { name, short, value } of options)
      for (const word of short ? [name, short] : [name]) {
        const takesValue = value !== undefined;
        t.is(kinds.get(word) ?? takesValue, takesValue, word);
        kinds.set(word, takesValue);
      }
});

test('every command of the catalog has a module that runs it', async t => {
  for (const { name, load } of CATALOG) t.is(typeof (await load()).run, 'function', name);
});

test('words without a dash are what yargs says they are, so it need not be asked', t => {
  const options = CATALOG.flatMap(command => command.options);
  const word = fc.string({ unit: 'binary' }).filter(text => !text.startsWith('-'));
  fc.assert(
    fc.property(fc.array(word), fc.boolean(), (words, halt) => {
      const { options: found, positionals } = splitWords(words, options, halt);
      t.is(found.size, 0);
      t.deepEqual([...positionals], words);
    }),
  );
});
