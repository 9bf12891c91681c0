/** settings.kdl: what it means, and every kind of mistake at every place in it, generated from its shape. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { noSettings } from '../../cli/domain/settings.js';
import { KdlError } from '../../cli/store/kdl.js';
import { parseSettings } from '../../cli/store/settings.js';
import { SETTINGS_SHAPE } from '../../cli/store/settings-shape.js';
import type { NodeShape, Shape, ValueShape } from '../../cli/store/shape.js';
import { packageRoot } from '../helpers/root.js';

const FILE = '/home/me/.actor/settings.kdl';

test('the example that is shipped is right', t => {
  const file = join(packageRoot, 'templates', 'settings.kdl');
  t.deepEqual([...parseSettings(readFileSync(file, 'utf8'), file).roles.keys()], ['reviewer', 'main']);
});

test('the settings of the contract', t => {
  const text = `
    defaults "claude" { config permission-mode="auto" retries=3 model=#null }
    defaults "codex"  { config sandbox="workspace-write"; use-subscription #true }
    role "reviewer" {
        description "Careful code reviewer"
        agent "claude"
        prompt "You are a meticulous reviewer…"
        config model="opus"
        coordinator #true
    }
    agent "gemini" { command "gemini"; prompt-by "paste"; turn-end "silence" seconds=4 }
    agent "mine" { command "mine" "--tui"; turn-end "hook"; env A="1" }
    hooks {
        on-start "cp $ACTOR_REPO/.env . && npm ci" timeout=300
        before-run "git fetch --quiet"
        on-discard #null
    }
    worktree { copy ".env" ".env.*"; link "node_modules" }
    keys { menu "C-a"; quit #null }
    notify desktop=#true
    default-agent "codex"
  `;
  t.deepEqual(parseSettings(text, FILE), {
    defaultAgent: 'codex',
    defaults: new Map([
      [
        'claude',
        { config: { 'permission-mode': 'auto', retries: 3, model: null }, useSubscription: undefined },
      ],
      ['codex', { config: { sandbox: 'workspace-write' }, useSubscription: true }],
    ]),
    roles: new Map([
      [
        'reviewer',
        {
          description: 'Careful code reviewer',
          agent: 'claude',
          prompt: 'You are a meticulous reviewer…',
          config: { model: 'opus' },
          useSubscription: undefined,
          coordinator: true,
        },
      ],
    ]),
    agents: new Map([
      [
        'gemini',
        {
          command: ['gemini'],
          resume: null,
          promptBy: 'paste',
          turnEnd: { by: 'silence', seconds: 4 },
          interrupt: ['Escape'],
          env: {},
        },
      ],
      [
        'mine',
        {
          command: ['mine', '--tui'],
          resume: null,
          promptBy: 'paste',
          turnEnd: { by: 'hook' },
          interrupt: ['Escape'],
          env: { A: '1' },
        },
      ],
    ]),
    hooks: {
      'on-start': { command: 'cp $ACTOR_REPO/.env . && npm ci', timeout: 300_000 },
      'before-run': { command: 'git fetch --quiet', timeout: 60_000 },
      'on-discard': null,
    },
    worktree: { copy: ['.env', '.env.*'], link: ['node_modules'] },
    keys: { menu: 'C-a', quit: null },
    notify: { desktop: true },
  });
  t.deepEqual(parseSettings('', FILE), noSettings());
});

/** A value that fits; a wrong one of another type; where there are choices, one that is nearly right. */
function fitting({ type, choices, fits }: ValueShape): string {
  const candidates =
    choices?.map(each => `"${each}"`) ??
    {
      text: ['"own"', '"C-a"'],
      flag: ['#true'],
      number: ['5'],
    }[type];
  return candidates.find(text => !fits || fits(type === 'number' ? Number(text) : text.slice(1, -1)))!;
}
const wrongTypes = { text: ['7', '#true', '""'], flag: ['7', '"yes"'], number: ['"5"', '-1', '#true'] };

function valuesOf(shape: NodeShape): ValueShape[] {
  return 'each' in shape.values ? [shape.values.each] : [...shape.values];
}

interface Written {
  /** The node's path of names. */
  path: string[];
  shape: NodeShape;
  /** The whole document with this in place of the node's own line. */
  around: (line: string) => string;
  /** The node as it should be. */
  line: string;
}

/** A right line for a node: its values, its required children. */
function lineOf(name: string, shape: NodeShape): string {
  const values = valuesOf(shape).map(fitting);
  const children = (shape.needs ?? []).map(need => lineOf(need, shape.children![need]!));
  const inner = children.length > 0 ? ` { ${children.join('; ')} }` : '';
  return [name, ...values].join(' ') + inner;
}

/** Every node that there can be, in its place. */
function everyNode(shapes: Shape, path: string[] = [], around = (line: string) => `\n${line}\n`): Written[] {
  return Object.entries(shapes).flatMap(([name, shape]) => {
    const own: Written = {
      path: [...path, name],
      shape,
      around,
      line: lineOf(name, shape),
    };
    const values = valuesOf(shape).map(fitting);
    const others = (child: string) =>
      (shape.needs ?? [])
        .filter(need => need !== child)
        .map(need => `${lineOf(need, shape.children![need]!)}; `);
    const children = Object.entries(shape.children ?? {}).flatMap(([child, inner]) =>
      everyNode({ [child]: inner }, own.path, line =>
        around(`${[name, ...values].join(' ')} { ${others(child).join('')}\n${line}\n}`),
      ),
    );
    return [own, ...children];
  });
}

const NODES = everyNode(SETTINGS_SHAPE);

/** The place of a mark in a text: the mistake begins there. */
function placed(marked: string): { text: string; place: string } {
  const offset = marked.indexOf('\u2316');
  const before = marked.slice(0, offset).split('\n');
  return { text: marked.replace('\u2316', ''), place: `${before.length}:${before.at(-1)!.length + 1}` };
}

for (const { path, shape, around, line } of NODES) {
  const title = path.join(' › ');
  const name = path.at(-1)!;
  const [first, ...rest] = line.split(' ');
  test(`${title}: as it should be`, t => {
    // A turn-end by title or silence has a property of its own.
    t.notThrows(() => parseSettings(around(line), FILE));
  });
  const mistakes: [string, string, RegExp | string][] = [
    ['misspelt', around(`⌖${[`${first!}x`, ...rest].join(' ')}`), `did you mean "${name}"?`],
    ['unknown', around('⌖qqqqqqqqqq 1'), /is not known (here|in ".*") \(known: /],
  ];
  if (!('each' in shape.values) && !shape.isNamed)
    mistakes.push([
      'a value too many',
      around(
        `${[first, ...valuesOf(shape).map(fitting)].join(' ')} ⌖"stray"${line.includes('{') ? line.slice(line.indexOf('{')) : ''}`,
      ),
      /takes (no|one) value/,
    ]);
  mistakes.push(['twice', around(`${line}\n⌖${line}`), /is given twice/]);
  valuesOf(shape).forEach((value, index) => {
    for (const wrong of wrongTypes[value.type]) {
      const values = valuesOf(shape).map(fitting);
      values[index] = `⌖${wrong}`;
      const inner = line.includes('{') ? ` ${line.slice(line.indexOf('{'))}` : '';
      mistakes.push([
        `${wrong} for ${value.is}`,
        around(`${[name, ...values].join(' ')}${inner}`),
        / is .*not |is empty/,
      ]);
    }
  });
  if (valuesOf(shape).length > 0) mistakes.push(['no value', around(`⌖${name}`), /needs /]);
  if (!shape.cancels && valuesOf(shape).length > 0)
    mistakes.push(['#null', around(`${name} ⌖#null`), /not #null/]);
  if (!shape.children) mistakes.push(['a block', around(`${line} { ⌖inner 1 }`), /has no \{ \}/]);
  const { properties = {} } = shape;
  if (!('any' in properties))
    mistakes.push([
      'an unknown property',
      around(line.replace(/^(\S+)/, '$1 ⌖qqqqqqqqqq=1')),
      /is not known at/,
    ]);
  if (!('any' in properties))
    for (const [key, value] of Object.entries(properties)) {
      for (const wrong of wrongTypes[value.type])
        mistakes.push([`${key}=${wrong}`, around(`${line} ⌖${key}=${wrong}`), / is .*not |is empty/]);
      mistakes.push([`${key} misspelt`, around(`${line} ⌖${key}x=1`), `did you mean "${key}"?`]);
    }
  // In the wrong place: at the top what stands in a block, in a block what stands at the top.
  if (path.length === 2 && !Object.hasOwn(SETTINGS_SHAPE, name))
    mistakes.push([
      'at the top',
      `\n⌖${line}\n`,
      new RegExp(`does not stand here, but .*in "${path[0]}"|did you mean`),
    ]);
  if (path.length === 1 && !shape.personal && !Object.hasOwn(SETTINGS_SHAPE.hooks!.children!, name))
    mistakes.push([
      'in a block',
      `\nhooks {\n⌖${line}\n}\n`,
      /does not stand in "hooks", but .*at the top|did you mean/,
    ]);
  for (const [kind, marked, problem] of mistakes)
    test(`${title}: ${kind}`, t => {
      const { text, place } = placed(marked);
      const error = t.throws(() => parseSettings(text, FILE), { instanceOf: KdlError })!;
      t.is(`${error.at.line}:${error.at.column}`, place, error.message);
      if (typeof problem === 'string') t.true(error.problem.includes(problem), error.problem);
      else t.regex(error.problem, problem);
      t.true(error.message.startsWith(`${FILE}:${place}: `));
    });
  if (shape.personal)
    test(`${title}: not in a repository's file`, t => {
      const error = t.throws(() => parseSettings(around(line), FILE, true), { instanceOf: KdlError })!;
      t.regex(error.problem, /does not stand in a repository's settings, but in ~\/\.actor\/settings\.kdl/);
    });
}

const combinations: [string, RegExp][] = [
  ['agent "a" { command "a"; turn-end "silence" }', /turn-end "silence" needs seconds=/],
  ['agent "a" { command "a"; turn-end "hook" seconds=4 }', /"seconds=" does not go with turn-end "hook"/],
  ['agent "claude" { command "a"; turn-end "hook" }', /a name that no built-in agent has/],
  ['agent "a" { turn-end "hook" }', /"agent" needs "command"/],
  ['agent "a" { command "a" }', /"agent" needs "turn-end"/],
  ['keys { menu "C-a"; quit "C-a" }', /"C-a" is the key of "menu" already/],
  ['keys { menu "Ctrl-Z" }', /a tmux key like/],
  ['hooks { on-start "a" timeout=100000 }', /a number of seconds/],
  ['role "a b" { }', /a name/],
];
for (const [text, problem] of combinations)
  test(`refused: ${text}`, t => {
    const error = t.throws(() => parseSettings(text, FILE), { instanceOf: KdlError })!;
    t.regex(error.problem, problem);
  });

test('no document makes anything but a KdlError', t => {
  const word = fc.constantFrom(
    ...new Set(NODES.flatMap(({ path, line }) => [...path, ...line.split(' ')])),
    '{',
    '}',
    ';',
    '\n',
    '#null',
    '#true',
    '=',
    '"',
    '"""',
    '/-',
    '/*',
    '//',
    '\\',
    '(x)',
    '\u{1F451}',
    '\0',
  );
  const document = fc.oneof(
    fc.array(word, { maxLength: 60 }).map(words => words.join(' ')),
    fc.array(word, { maxLength: 60 }).map(words => words.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  fc.assert(
    fc.property(document, fc.boolean(), (text, isShared) => {
      try {
        parseSettings(text, FILE, isShared);
      } catch (error) {
        if (!(error instanceof KdlError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('100 KB are read, or refused, within 100 ms of processor time', t => {
  const long = 'x'.repeat(380);
  const documents = {
    'one long prompt': `role "a" { prompt "${'long '.repeat(20_000)}" }`,
    'many roles': Array.from({ length: 240 }, (_, n) => `role "r${n}" { prompt "${long}" }`).join('\n'),
    'open blocks': 'role "a" { '.repeat(9_000),
    'open quotes': 'a "\\'.repeat(25_000),
    'one word': 'a'.repeat(100_000),
    comments: '/* '.repeat(33_000),
  };
  // Warm: the parser is compiled at its first use.
  for (let round = 0; round < 5; round++) parseSettings(`role "a" { prompt "${long}" }`, FILE);
  for (const [what, text] of Object.entries(documents)) {
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      try {
        parseSettings(text, FILE);
      } catch (error) {
        t.true(error instanceof KdlError, `${what}: ${error}`);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    const least = Math.min(...times);
    t.log(`${what}: ${least.toFixed(0)} ms`);
    t.true(least <= 100, `${what} took ${times.map(time => time.toFixed(0)).join(', ')} ms`);
  }
});
