import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { KdlError } from '../../cli/store/kdl.js';
import { loadSettings, parseSettings } from '../../cli/store/settings.js';

const FILE = '/home/me/.actor/settings.kdl';

test('the defaults of agents; #null stays, to cancel what a weaker file says', t => {
  const text = `
    defaults "claude" { config permission-mode="auto" retries=3 verbose=#true model=#null }
    defaults "codex" {
      config sandbox="workspace-write"
    }
    defaults shell
  `;
  t.deepEqual(parseSettings(text, FILE), {
    settings: {
      defaults: new Map([
        ['claude', { config: { 'permission-mode': 'auto', retries: 3, verbose: true, model: null } }],
        ['codex', { config: { sandbox: 'workspace-write' } }],
        ['shell', { config: {} }],
      ]),
    },
    warnings: [],
  });
});

test('hooks: a command line each, a time limit in seconds; #null cancels what a weaker file says', t => {
  const text = `
    hooks {
      on-start "cp $ACTOR_REPO/.env . && npm ci" timeout=300
      before-run "git fetch --quiet" timeout=0.5
      after-run "./notify.sh"
      on-discard #null
    }
  `;
  t.deepEqual(parseSettings(text, FILE).settings.hooks, {
    'on-start': { command: 'cp $ACTOR_REPO/.env . && npm ci', timeout: 300_000 },
    'before-run': { command: 'git fetch --quiet', timeout: 500 },
    'after-run': { command: './notify.sh', timeout: 60_000 },
    'on-discard': null,
  });
});

test('what is not known is ignored, with a warning that has its place', t => {
  const { settings, warnings } = parseSettings(
    'colour "red"\ndefaults "codex" {\n  use-subscription #true\n}\n',
    FILE,
  );
  t.deepEqual(settings, { defaults: new Map([['codex', { config: {} }]]) });
  t.deepEqual(warnings, [
    {
      file: FILE,
      line: 1,
      column: 1,
      message: '"colour" is not known here and was ignored (known: defaults, hooks)',
    },
    {
      file: FILE,
      line: 3,
      column: 3,
      message: '"use-subscription" is not known here and was ignored (known: config)',
    },
  ]);
});

const mistakes = test.macro((t: ExecutionContext, text: string, place: string, problem: RegExp) => {
  const error = t.throws(() => parseSettings(text, FILE), { instanceOf: KdlError })!;
  t.is(`${error.at.line}:${error.at.column}`, place);
  t.regex(error.problem, problem);
});

const wrong: [string, string, RegExp][] = [
  ['defaults { }', '1:1', /names an agent/],
  ['defaults 5', '1:10', /names an agent/],
  ['defaults "a" "b"', '1:14', /takes one value/],
  ['defaults "a" model="x"', '1:14', /takes one value/],
  ['defaults "a"\ndefaults "a"', '2:1', /defaults "a" is given twice/],
  ['defaults "a" {\n  config a=1\n  config b=2\n}', '3:3', /"config" is given twice/],
  ['defaults "a" { config "x"; }', '1:23', /key=value pairs/],
  ['defaults "a" { config { x; }; }', '1:25', /key=value pairs/],
  ['defaults "a" { config a=1 a=2; }', '1:27', /given twice/],
  ['defaults "a" {', '1:14', /never closed/],
  ['hooks "x"', '1:7', /takes nothing but its/],
  ['hooks\nhooks', '2:1', /"hooks" is given twice/],
  ['hooks { on-start; }', '1:9', /takes one command line/],
  ['hooks { on-start 5; }', '1:18', /takes one command line/],
  ['hooks { on-start "a" "b"; }', '1:22', /takes one command line/],
  ['hooks { on-start "a" { b; }; }', '1:24', /takes one command line/],
  ['hooks { on-start "a" seconds=5; }', '1:22', /has no seconds: only timeout=SECONDS/],
  ['hooks { on-start "a" timeout="5m"; }', '1:22', /number of seconds/],
  ['hooks { on-start "a" timeout=0; }', '1:22', /number of seconds/],
  ['hooks { on-start "a"; on-start "b"; }', '1:23', /"on-start" is given twice/],
];
for (const [text, place, problem] of wrong)
  test(`a mistake is told with its place: ${JSON.stringify(text)}`, mistakes, text, place, problem);

test('a missing file is an empty one', t => {
  const folder = mkdtempSync('/tmp/actor-settings-');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'settings.kdl');
  t.deepEqual(loadSettings(path), { settings: { defaults: new Map() }, warnings: [] });
  writeFileSync(path, 'defaults "__proto__" { config a=1; }\nconstructor 1\n');
  const { settings, warnings } = loadSettings(path);
  t.deepEqual(settings.defaults.get('__proto__'), { config: { a: 1 } });
  t.is(warnings.length, 1);
});
