/** Which layer of the settings wins: the whole table, generated, against a model that only knows the order. */
import test from 'ava';
import { withoutTrust } from '../../cli/domain/distrust.js';
import { Failure } from '../../cli/domain/failure.js';
import { type Asked, resolve } from '../../cli/domain/resolve.js';
import type { Layer, Settings } from '../../cli/domain/settings.js';
import { parseSettings } from '../../cli/store/settings.js';

/** What a layer says: nothing, a value, or `#null`. */
type Says = 'nothing' | 'value' | 'null';
const SAYS: Says[] = ['nothing', 'value', 'null'];

const layer = (name: string, text: string): Layer => ({
  name,
  file: `/${name}.kdl`,
  settings: parseSettings(text, `/${name}.kdl`),
});
const nothing: Asked = { agent: null, role: null, config: {} };
const written = (says: Says, value: string) => (says === 'null' ? '#null' : `"${value}"`);

/** Weakest first: what may say `model`, and what it is called when it has the last word. */
const WORDS = [
  'built in',
  'user settings',
  'project settings',
  'role r (user settings)',
  'role r (project settings)',
  'command line',
];

function sayings(length: number): Says[][] {
  return length === 0 ? [[]] : sayings(length - 1).flatMap(rest => SAYS.map(each => [...rest, each]));
}

test('config: each of the six layers says nothing, a value, or #null', t => {
  const table = sayings(WORDS.length);
  for (const row of table) {
    const [builtIn, user, project, userRole, projectRole, line] = row as [Says, Says, Says, Says, Says, Says];
    const file = (defaults: Says, value: string, role: Says, roleValue: string) =>
      `${defaults === 'nothing' ? '' : `defaults "claude" { config model=${written(defaults, value)} }\n`}role "r" { ${
        role === 'nothing' ? '' : `config model=${written(role, roleValue)}`
      } }`;
    const layers = [
      layer(
        'built in',
        builtIn === 'nothing' ? '' : `defaults "claude" { config model=${written(builtIn, 'v0')} }`,
      ),
      layer('user settings', file(user, 'v1', userRole, 'v3')),
      layer('project settings', file(project, 'v2', projectRole, 'v4')),
    ];
    const config = line === 'nothing' ? {} : { model: line === 'null' ? null : 'v5' };
    const { config: got, sources } = resolve(layers, { agent: 'claude', role: 'r', config }, null);

    const last = row.findLastIndex(each => each !== 'nothing');
    const wins = last >= 0 && row[last] === 'value';
    t.deepEqual(got, wins ? { model: `v${last}` } : {}, row.join(' '));
    t.is(sources.model, wins ? WORDS[last] : undefined, row.join(' '));
  }
  t.is(table.length, 729);
});

const AGENTS: [string, Partial<Asked>, string[], string | null, string, string][] = [
  ['nobody says anything', {}, ['', ''], null, 'claude', 'built in'],
  ['main is a shell', {}, ['', ''], 'shell', 'shell', 'the agent of main'],
  ['the user has a default', {}, ['default-agent "codex"', ''], 'shell', 'codex', 'user settings'],
  [
    'the project has one',
    {},
    ['default-agent "codex"', 'default-agent "a"'],
    'shell',
    'a',
    'project settings',
  ],
  [
    'the project cancels it',
    {},
    ['default-agent "codex"', 'default-agent #null'],
    'shell',
    'shell',
    'the agent of main',
  ],
  [
    'a role',
    { role: 'r' },
    ['default-agent "codex"\nrole "r" { agent "b" }', ''],
    null,
    'b',
    'role r (user settings)',
  ],
  [
    'a role that cancels',
    { role: 'r' },
    ['default-agent "codex"\nrole "r" { agent "b" }', 'role "r" { agent #null }'],
    null,
    'codex',
    'user settings',
  ],
  [
    'the command line',
    { agent: 'c', role: 'r' },
    ['role "r" { agent "b" }', ''],
    'shell',
    'c',
    'command line',
  ],
];
for (const [title, asked, [user, project], main, agent, source] of AGENTS)
  test(`agent: ${title}`, t => {
    const layers = [layer('user settings', user!), layer('project settings', project!)];
    const resolved = resolve(layers, { ...nothing, ...asked }, main);
    t.is(resolved.agent, agent);
    t.is(resolved.sources.agent, source);
  });

test('defaults are those of the agent that was chosen', t => {
  const user = layer(
    'user settings',
    'defaults "claude" { config model="opus" }\ndefaults "codex" { config model="o9"; use-subscription #true }',
  );
  t.deepEqual(resolve([user], { ...nothing, agent: 'codex' }, null), {
    agent: 'codex',
    prompt: null,
    coordinator: false,
    useSubscription: true,
    config: { model: 'o9' },
    sources: { agent: 'command line', model: 'user settings', 'use-subscription': 'user settings' },
  });
});

test('a role is one over all files, value by value', t => {
  const user = layer(
    'user settings',
    'role "r" { prompt "P"; description "D"; coordinator #true; use-subscription #true }',
  );
  const project = layer('project settings', 'role "r" { prompt "Q"; use-subscription #false }');
  t.like(resolve([user, project], { ...nothing, role: 'r' }, null), {
    prompt: 'Q',
    coordinator: true,
    useSubscription: false,
  });
});

test('a role that there is not is wrong usage, with what was meant', t => {
  const error = t.throws(
    () => resolve([layer('user settings', 'role "reviewer" { }')], { ...nothing, role: 'reviwer' }, null),
    { instanceOf: Failure },
  )!;
  t.is(error.code, 2);
  t.is(error.hint, 'did you mean reviewer?');
});

test('before trust nothing counts that runs a program, or lets one be run', t => {
  const settings = parseSettings(
    `default-agent "evil"
     agent "evil" { command "rm"; turn-end "hook" }
     hooks { on-start "a"; before-run #null }
     defaults "claude" { config model="opus" mcp-config="./evil.json" permission-mode=#null; use-subscription #true }
     role "r" { agent "shell"; prompt "P"; config settings="{}" effort="high" }
     worktree { copy ".env" }`,
    '/repo/.actor/settings.kdl',
    true,
  );
  const { settings: counted, withheld } = withoutTrust(settings);
  t.deepEqual(withheld.sort(), [
    'agent evil',
    'agent of role r',
    'config mcp-config of defaults claude',
    'config permission-mode of defaults claude',
    'config settings of role r',
    'default-agent',
    'hook on-start',
  ]);
  t.deepEqual(counted.hooks, {});
  t.deepEqual([...counted.agents], []);
  t.deepEqual(counted.defaults.get('claude')?.config, { model: 'opus' });
  t.deepEqual(counted.roles.get('r')?.config, { effort: 'high' });
  t.is(counted.roles.get('r')?.agent, undefined);
  t.is(counted.roles.get('r')?.prompt, 'P');
  t.deepEqual(counted.worktree.copy, ['.env']);
  const harmless: Settings = parseSettings('role "r" { prompt "P" }', '/x', true);
  t.deepEqual(withoutTrust(harmless).withheld, []);
});
