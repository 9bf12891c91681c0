import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { Definition } from '../../cli/domain/definition.js';
import { Failure } from '../../cli/domain/failure.js';
import { KdlError } from '../../cli/store/kdl.js';
import {
  loadAll,
  loadSession,
  parseSession,
  printSession,
  removeSession,
  saveSession,
  sessionPath,
} from '../../cli/store/sessions.js';

const FILE = '/home/me/.actor/sessions/fix-nav.kdl';

const full: Definition = {
  name: 'fix-nav',
  main: false,
  agent: 'claude',
  custom: null,
  args: [],
  conversation: '7b1c',
  dir: '/home/me/.actor/worktrees/fix-nav',
  repo: '/home/me/app',
  branch: 'fix-nav',
  base: { ref: 'main', commit: '2f9c' },
  worktree: true,
  parent: 'main',
  role: 'reviewer',
  purpose: 'navigation bar on phones',
  prompt: 'You review.',
  coordinator: true,
  useSubscription: true,
  config: { 'permission-mode': 'auto', model: 'opus' },
  sources: { model: 'role reviewer' },
  created: '2026-11-23T07:10:00Z',
};

const bare: Definition = {
  ...full,
  conversation: null,
  repo: null,
  branch: null,
  base: null,
  worktree: false,
  parent: null,
  role: null,
  purpose: null,
  prompt: null,
  coordinator: false,
  useSubscription: false,
  config: {},
  sources: {},
};

const FULL_TEXT = `session fix-nav {
    agent "claude"
    conversation "7b1c"
    dir "/home/me/.actor/worktrees/fix-nav"
    repo "/home/me/app"
    branch "fix-nav"
    base "main" commit="2f9c"
    worktree #true
    parent "main"
    role "reviewer"
    purpose "navigation bar on phones"
    prompt "You review."
    coordinator #true
    use-subscription #true
    config model="opus" permission-mode="auto"
    sources model="role reviewer"
    created "2026-11-23T07:10:00Z"
}
`.replace('session fix-nav', 'session "fix-nav"');

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync('/tmp/actor-sessions-');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a session file looks as documented', t => {
  t.is(printSession(full), FULL_TEXT);
  t.deepEqual(parseSession(FULL_TEXT, FILE), full);
});

test('fields that do not apply are left out', t => {
  t.is(
    printSession(bare),
    'session "fix-nav" {\n    agent "claude"\n    dir "/home/me/.actor/worktrees/fix-nav"\n    created "2026-11-23T07:10:00Z"\n}\n',
  );
  t.deepEqual(parseSession(printSession(bare), FILE), bare);
});

test('a main has its arguments, whatever they hold', t => {
  const main = {
    ...bare,
    main: true,
    args: ['--model', 'opus', '', '--append-system-prompt', 'a\n"b" \\ \u001b {'],
  };
  const text = printSession(main);
  t.regex(text, /^ {4}main #true$/m);
  t.regex(text, /^ {4}args "--model" "opus" ""/m);
  t.deepEqual(parseSession(text, FILE), main);
});

test('a hand-written file may be written as KDL allows', t => {
  const text = `// mine
session fix-nav {
  agent claude; dir "/x" // here
  created (time)"2026-11-23T07:10:00.5+01:00"
  base "main" commit=abc
  /- role "gone"
  purpose """
    two
    lines
    """
}`;
  t.like(parseSession(text, FILE), {
    agent: 'claude',
    dir: '/x',
    role: null,
    base: { ref: 'main', commit: 'abc' },
    purpose: 'two\nlines',
  });
});

const optional = fc.option(fc.string({ unit: 'binary', minLength: 1 }), { nil: null });
const definition: fc.Arbitrary<Definition> = fc.record({
  name: fc.constantFrom('a', 'Fix.it_2-x', 'main'),
  main: fc.boolean(),
  agent: fc.string({ unit: 'binary', minLength: 1 }),
  custom: fc.option(
    fc.record({
      command: fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }),
      resume: fc.option(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), {
        nil: null,
      }),
      promptBy: fc.constantFrom('argv', 'paste', 'stdin'),
      turnEnd: fc.constantFrom(
        { by: 'hook' } as const,
        { by: 'title', pattern: '^d[oö]ne$' } as const,
        { by: 'silence', seconds: 1.5 } as const,
      ),
      interrupt: fc.constantFrom(['Escape'], ['C-c', 'C-c']),
      env: fc.dictionary(fc.stringMatching(/^[A-Z_]+$/), fc.string({ unit: 'binary', minLength: 1 })),
    }),
    { nil: null },
  ),
  args: fc.array(fc.string({ unit: 'binary' })),
  conversation: optional,
  dir: fc.string({ unit: 'binary' }).map(path => `/${path}`),
  repo: fc.option(
    fc.string({ unit: 'binary' }).map(path => `/${path}`),
    { nil: null },
  ),
  branch: optional,
  base: fc.option(
    fc.record({
      ref: fc.string({ unit: 'binary', minLength: 1 }),
      commit: fc.stringMatching(/^[0-9a-f]{4,40}$/),
    }),
    { nil: null },
  ),
  worktree: fc.boolean(),
  parent: optional,
  role: optional,
  purpose: optional,
  prompt: optional,
  coordinator: fc.boolean(),
  useSubscription: fc.boolean(),
  sources: fc.dictionary(
    fc.string({ unit: 'binary' }).filter(key => key !== '__proto__'),
    fc.string({ unit: 'binary' }),
  ),
  config: fc
    .array(
      fc.tuple(
        fc.string({ unit: 'binary' }).filter(key => key !== '__proto__'),
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.boolean(),
          fc.integer(),
          fc.constantFrom(1e21, 2 ** 60, 0.1),
        ),
      ),
    )
    .map(entries => Object.fromEntries(entries)),
  created: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map(date => date.toISOString()),
});

test('what is printed is read as the same', t => {
  fc.assert(
    fc.property(definition, made => {
      // What Unicode text cannot hold becomes U+FFFD, which is tested with the printer.
      const expected = JSON.parse(
        JSON.stringify(made).replace(/\\ud[89a-f][0-9a-f]{2}/gi, '\ufffd'),
      ) as Definition;
      t.deepEqual(parseSession(printSession(made), `/x/${made.name}.kdl`), expected);
    }),
    { numRuns: 200 },
  );
});

test('rewriting keeps what this version does not know, in its order', t => {
  const text = `shared 1
session "fix-nav" color="red" {
    zoom 2 { deep "er" }
    agent "claude" note="mine" { hint "x" }
    dir "/x"
    base "main" commit="2f9c" pinned=#true
    created "2026-11-23T07:10:00Z"
    config old=1
    future (v2)"y"
}
after "z"
`;
  const changed = {
    ...parseSession(text, FILE),
    agent: 'codex',
    base: { ref: 'dev', commit: 'abcd' },
    config: { new: 2 },
  };
  const rewritten = printSession(changed, { text, file: FILE });
  t.is(
    rewritten,
    `shared 1
session "fix-nav" color="red" {
    agent "codex" note="mine" {
        hint "x"
    }
    dir "/x"
    base "dev" commit="abcd" pinned=#true
    config new=2
    created "2026-11-23T07:10:00Z"
    zoom 2 {
        deep "er"
    }
    future (v2)"y"
}
after "z"
`,
  );
  t.deepEqual(parseSession(rewritten, FILE), changed);
  t.is(printSession(changed, { text: rewritten, file: FILE }), rewritten);
});

const mistakes = test.macro(
  (t: ExecutionContext, from: string, to: string, place: string, problem: RegExp) => {
    const text = FULL_TEXT.replace(from, to);
    t.not(text, FULL_TEXT);
    const error = t.throws(() => parseSession(text, FILE), { instanceOf: KdlError })!;
    t.is(`${error.at.line}:${error.at.column}`, place);
    t.regex(error.problem, problem);
    t.throws(() => printSession(full, { text, file: FILE }), { instanceOf: KdlError });
  },
);

const wrong: [string, string, string, RegExp][] = [
  ['agent "claude"', '', '1:1', /"agent" is missing: agent "…"/],
  ['agent "claude"', 'agent', '2:5', /"agent" needs a value/],
  ['agent "claude"', 'agent 5', '2:11', /"agent" is text: agent "5"/],
  ['agent "claude"', 'agent ""', '2:11', /"agent" is empty/],
  ['agent "claude"', 'agent "claude" "x"', '2:20', /takes one value/],
  ['parent "main"', 'agent "codex"', '9:5', /"agent" is given twice/],
  ['dir "/home/me/.actor/worktrees/fix-nav"', 'dir "~/x"', '4:9', /absolute path/],
  ['repo "/home/me/app"', 'repo "app"', '5:10', /absolute path/],
  ['commit="2f9c"', '', '7:5', /base "main" commit="…"/],
  ['commit="2f9c"', 'commit=12', '7:17', /base "main" commit="…"/],
  ['worktree #true', 'worktree "yes"', '8:14', /#true or #false, not yes/],
  ['worktree #true', 'worktree true', '8:14', /write #true/],
  ['purpose "navigation bar on phones"', 'purpose 7', '11:13', /is text/],
  ['model="opus"', 'model=#null', '15:12', /not #null/],
  ['model="opus"', '"opus"', '15:12', /key=value pairs/],
  ['created "2026-11-23T07:10:00Z"', 'created "yesterday"', '17:13', /a time like/],
  ['session "fix-nav"', 'session', '1:1', /a session has a name/],
  ['session "fix-nav"', 'session "fix nav"', '1:9', /"fix nav" is no name: 1 to 64/],
  ['session "fix-nav"', 'session "fix-nov"', '1:9', /called "fix-nov", but its file "fix-nav"/],
  ['session "fix-nav"', 'sesion "fix-nav"', '1:1', /no session here/],
  [
    'created "2026-11-23T07:10:00Z"\n}',
    'created "2026-11-23T07:10:00Z"\n}\nsession "b"',
    '19:1',
    /a second session/,
  ],
];
for (const [from, to, place, problem] of wrong)
  test(`a mistake is told with its place: ${to || `without ${from}`}`, mistakes, from, to, place, problem);

test('saves privately, loads, and removes', t => {
  const folder = folderFor(t);
  saveSession(folder, full);
  const path = sessionPath(folder, full.name);
  t.is(path, join(folder, 'fix-nav.kdl'));
  t.is(statSync(path).mode & 0o777, 0o600);
  t.deepEqual(loadSession(path), full);
  saveSession(folder, bare);
  t.deepEqual(loadSession(path), bare);
  removeSession(folder, full.name);
  t.is(loadSession(path), null);
  t.notThrows(() => removeSession(folder, full.name));
});

test('saving keeps what stands in the file beside the definition', t => {
  const folder = folderFor(t);
  const path = sessionPath(folder, 'fix-nav');
  writeFileSync(path, FULL_TEXT.replace('agent', 'mine 1 // a comment goes\n    agent'));
  saveSession(folder, bare);
  t.is(readFileSync(path, 'utf8'), printSession(bare).replace(/}\n$/, '    mine 1\n}\n'));
});

test('a file that does not parse is never overwritten', t => {
  const folder = folderFor(t);
  const path = sessionPath(folder, 'fix-nav');
  for (const broken of ['session "fix-nav" {', FULL_TEXT.replace('#true', '"yes"'), 'hello', '']) {
    writeFileSync(path, broken);
    const error = t.throws(() => saveSession(folder, full), { instanceOf: Failure })!;
    t.regex(error.message, /^not overwritten, since it does not parse: .*fix-nav\.kdl:\d+:\d+: /);
    t.is(error.hint, `$EDITOR ${path}`);
    t.is(readFileSync(path, 'utf8'), broken);
  }
});

test('what could not be read again is not written', t => {
  const folder = folderFor(t);
  const config = Object.fromEntries([['__proto__', 'x']]);
  t.throws(() => saveSession(folder, { ...full, config }), { message: /cannot be saved: .*__proto__/ });
  t.throws(() => saveSession(folder, { ...full, purpose: 'x'.repeat(2_000_000) }), {
    message: /longer than/,
  });
  t.throws(() => saveSession(folder, { ...full, name: '../x' }), { message: /no file name/ });
  t.false(existsSync(sessionPath(folder, full.name)));
});

test('a broken file disturbs no other', t => {
  const folder = folderFor(t);
  saveSession(folder, full);
  saveSession(folder, { ...bare, name: 'zebra' });
  writeFileSync(join(folder, 'broken.kdl'), 'session "broken" {\n    agent "x\n}\n');
  writeFileSync(join(folder, 'mistyped.kdl'), printSession({ ...bare, name: 'mistyped', agent: 'shel' }));
  writeFileSync(join(folder, 'moved.kdl'), printSession({ ...bare, name: 'other' }));
  writeFileSync(join(folder, 'FIX-NAV.kdl'), printSession({ ...bare, name: 'FIX-NAV' }));
  writeFileSync(join(folder, 'binary.kdl'), Buffer.from([0xff, 0xfe]));
  mkdirSync(join(folder, 'folder.kdl'));
  writeFileSync(join(folder, '.fix-nav.kdl.0123456789ab.tmp'), 'left behind');
  writeFileSync(join(folder, '.hidden.kdl'), 'hidden');
  writeFileSync(join(folder, 'notes.txt'), 'not ours');
  const { definitions, problems } = loadAll(folder, ['claude', 'shell']);
  t.deepEqual(
    definitions.map(({ name }) => name),
    ['FIX-NAV', 'zebra'],
  );
  t.deepEqual(
    problems.map(({ file, line, column }) => [file.slice(folder.length + 1), line, column]),
    [
      ['binary.kdl', null, null],
      ['broken.kdl', 2, 11],
      ['fix-nav.kdl', null, null],
      ['folder.kdl', null, null],
      ['mistyped.kdl', 2, 11],
      ['moved.kdl', 1, 9],
    ],
  );
  t.regex(problems[2]!.message, /"FIX-NAV" and "fix-nav" differ only in case/);
  t.is(problems[4]!.message, 'no agent is called "shel"; did you mean "shell"?');
});

test('a missing folder holds no sessions', t => {
  t.deepEqual(loadAll('/tmp/actor-no-such-folder/sessions', []), { definitions: [], problems: [] });
});
