import test from 'ava';
import type { LaunchRequest } from '../../cli/agents/agent.js';
import { readArguments } from '../../cli/agents/claude/arguments.js';
import { claude } from '../../cli/agents/claude.js';
import type { Definition } from '../../cli/domain/definition.js';
import { definition } from './claude-fixtures.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SETTINGS = '/home/me/.actor/run/L1/settings.json';

function request(of: Partial<Definition> = {}, more: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    definition: { ...definition, ...of },
    places: {
      home: '/home/me/.actor',
      hooks: "/opt/it's/hooks",
      templates: '/opt/templates',
      mcp: ['/usr/bin/node', '/opt/dist/mcp.mjs'],
    },
    launch: 'L1',
    folder: '/home/me/.actor/run/L1',
    env: { HOME: '/home/me' },
    resume: false,
    begun: false,
    prompt: null,
    systemPrompt: null,
    files: {},
    ...more,
  };
}

function settingsOf(asked: LaunchRequest): {
  hooks: Record<string, { hooks: { command: string }[] }[]>;
  model?: string;
} {
  return JSON.parse(claude.launch(asked).files.find(file => file.path === SETTINGS)!.content);
}

test('a first start: an id of ours, a name, our settings', t => {
  const plan = claude.launch(request());
  t.regex(plan.conversation!, UUID);
  t.deepEqual(plan.argv, [
    'claude',
    '--session-id',
    plan.conversation!,
    '--name',
    'fix-nav',
    '--settings',
    SETTINGS,
  ]);
  t.deepEqual(plan.env, { ACTOR_HOME: '/home/me/.actor', ACTOR_NAME: 'fix-nav', ACTOR_LAUNCH: 'L1' });
});

test('the id is the same for the same launch, and another for another', t => {
  const id = (launch: string) => claude.launch(request({}, { launch })).conversation;
  t.is(id('L1'), id('L1'));
  t.not(id('L1'), id('L2'));
});

test('a resumed start names the conversation', t => {
  const { argv, conversation } = claude.launch(
    request({ conversation: 'c1' }, { resume: true, begun: true }),
  );
  t.deepEqual(argv.slice(0, 3), ['claude', '--resume', 'c1']);
  t.is(conversation, 'c1');
});

test('a prompt stands last, after --, whatever it begins with', t => {
  for (const prompt of ['fix it', '-x', '--help', '!ls'])
    t.deepEqual(claude.launch(request({}, { prompt })).argv.slice(-2), ['--', prompt]);
});

test('configuration becomes flags', t => {
  const config = {
    model: 'opus',
    'permission-mode': 'auto',
    verbose: true,
    chrome: false,
  };
  const { argv } = claude.launch(request({ config }));
  t.deepEqual(argv.slice(argv.indexOf('--model')).slice(0, 5), [
    '--model',
    'opus',
    '--permission-mode',
    'auto',
    '--verbose',
  ]);
  t.false(argv.includes('--chrome'));
});

test("a person's own flag wins over the configuration, and their words are passed on", t => {
  const args = ['--model=sonnet', '--add-dir', '/a', '/b', '--verbose', 'do this'];
  const { argv } = claude.launch(request({ main: true, config: { model: 'opus' }, args }));
  t.deepEqual(argv.slice(-args.length), args);
  t.false(argv.includes('opus'));
});

test('only a main, or a session that coordinates, has our MCP server, with its tools loaded', t => {
  t.false(claude.launch(request()).argv.includes('--mcp-config'));
  for (const of of [{ main: true }, { coordinator: true }]) {
    const plan = claude.launch(request(of));
    t.is(plan.argv[plan.argv.indexOf('--mcp-config') + 1], '/home/me/.actor/run/L1/mcp.json');
    const file = plan.files.find(each => each.path.endsWith('mcp.json'))!;
    t.deepEqual(JSON.parse(file.content), {
      mcpServers: { actor: { command: '/usr/bin/node', args: ['/opt/dist/mcp.mjs'], alwaysLoad: true } },
    });
  }
});

test("a person's --mcp-config stays beside ours", t => {
  const { argv } = claude.launch(request({ main: true, args: ['--mcp-config', '/m.json'] }));
  t.is(argv.filter(word => word === '--mcp-config').length, 2);
});

test('the system prompts are joined into one flag', t => {
  const args = ['--append-system-prompt', 'theirs', '--append-system-prompt-file=more.txt'];
  const files = { '/home/me/repo/more.txt': 'from a file' };
  const asked = request({ main: true, args }, { systemPrompt: 'ours', files });
  t.deepEqual(claude.launchReads(asked), ['/home/me/repo/more.txt']);
  const { argv } = claude.launch(asked);
  t.deepEqual(
    argv.filter(word => word.startsWith('--append')),
    ['--append-system-prompt'],
  );
  t.is(argv[argv.indexOf('--append-system-prompt') + 1], 'ours\n\ntheirs\n\nfrom a file');
});

test('each hook runs our script, whose path is quoted', t => {
  const { hooks } = settingsOf(request());
  t.deepEqual(Object.keys(hooks), [
    'SessionStart',
    'UserPromptSubmit',
    'Stop',
    'StopFailure',
    'PermissionRequest',
    'SessionEnd',
  ]);
  t.deepEqual(
    hooks.Stop!.flatMap(entry => entry.hooks.map(hook => hook.command)),
    ["'/opt/it'\\''s/hooks/agent-event.sh' Stop", "'/opt/it'\\''s/hooks/agent-mail.sh' Stop"],
  );
});

for (const [title, args, read, files] of [
  ['a file', ['--settings', 's.json'], ['/home/me/repo/s.json'], { '/home/me/repo/s.json': 'THEIRS' }],
  ['a file by its absolute path', ['--settings=/etc/s.json'], ['/etc/s.json'], { '/etc/s.json': 'THEIRS' }],
  ['a file of the home', ['--settings', '~/s.json'], ['/home/me/s.json'], { '/home/me/s.json': 'THEIRS' }],
  ['inline', ['--settings', 'THEIRS'], [], {}],
  ['the last of two', ['--settings', '/nowhere', '--settings', 'THEIRS'], [], {}],
] as const)
  test(`a person's --settings is merged with ours: ${title}`, t => {
    const theirs = JSON.stringify({
      model: 'opus',
      hooks: {
        Stop: [{ hooks: [{ type: 'command', command: 'mine' }] }],
        PostToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'look' }] }],
      },
    });
    const fill = (text: string) => text.replace('THEIRS', theirs);
    const asked = request(
      { main: true, args: args.map(fill) },
      { files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, fill(text)])) },
    );
    t.deepEqual(claude.launchReads(asked), [...read]);
    const settings = settingsOf(asked);
    t.is(settings.model, 'opus');
    t.is(settings.hooks.Stop![0]!.hooks[0]!.command, 'mine');
    t.regex(settings.hooks.Stop![1]!.hooks[0]!.command, /agent-event\.sh' Stop$/);
    t.is(settings.hooks.PostToolUse![0]!.hooks[0]!.command, 'look');
    t.is(claude.launch(asked).argv.filter(word => word.startsWith('--settings')).length, 1);
  });

test('settings that cannot be merged are refused with a sentence', t => {
  const launch =
    (value: string, files = {}) =>
    () =>
      claude.launch(request({ main: true, args: ['--settings', value] }, { files }));
  t.throws(launch('{'), { message: /not a JSON object/ });
  t.throws(launch('/s', { '/s': '[]' }), { message: /not a JSON object/ });
  t.throws(launch('/s', { '/s': null }), { message: /cannot be read: \/s/ });
});

for (const args of [
  ['-c'],
  ['--continue'],
  ['-r'],
  ['-r', 'abc'],
  ['--resume=abc'],
  ['-rabc'],
  ['--from-pr', '7'],
])
  test(`a person chooses the conversation: ${args.join(' ')}`, t => {
    const plan = claude.launch(request({ main: true, args }));
    t.is(plan.conversation, null);
    t.false(plan.argv.includes('--session-id'));
    t.deepEqual(plan.argv.slice(-args.length), args);
  });

test('an id that a person chooses is the conversation', t => {
  const plan = claude.launch(request({ main: true, args: ['--session-id', 'abc'] }));
  t.is(plan.conversation, 'abc');
  t.is(plan.argv.filter(word => word === '--session-id').length, 1);
});

test('resumed, neither the choice of a conversation nor the prompt of the first start is given again', t => {
  const args = [
    '-r',
    'old',
    '--fork-session',
    '--model',
    'opus',
    '--settings',
    '{}',
    'do this',
    '--',
    'and that',
  ];
  const { argv } = claude.launch(
    request({ main: true, args, conversation: 'c2' }, { resume: true, begun: true }),
  );
  t.deepEqual(argv.slice(0, 3), ['claude', '--resume', 'c2']);
  t.deepEqual(argv.slice(-2), ['--model', 'opus']);
  t.false(argv.some(word => ['old', 'do this', 'and that', '--fork-session', '-r'].includes(word)));
});

test('begun anew, since its conversation is gone, it gets an id of ours, not the person’s choice again', t => {
  const args = ['--continue', '--model', 'opus', 'do this'];
  const { argv, conversation } = claude.launch(
    request({ main: true, args, conversation: 'c2' }, { begun: true }),
  );
  t.regex(conversation!, UUID);
  t.deepEqual(argv.slice(0, 3), ['claude', '--session-id', conversation!]);
  t.deepEqual(argv.slice(-2), ['--model', 'opus']);
  t.false(argv.some(word => ['c2', '--continue', 'do this'].includes(word)));
});

test('what a parent claude sets for its children is removed, accounts and providers are kept', t => {
  const { unset } = claude.launch(
    request({}, { env: { HOME: '/home/me', CLAUDECODE: '1', GIT_EDITOR: 'true' } }),
  );
  for (const name of [
    'CLAUDECODE',
    'CLAUDE_CODE_CHILD_SESSION',
    'CLAUDE_CODE_SESSION_ID',
    'CLAUDE_CODE_MESSAGING_SOCKET',
    'CLAUDE_PID',
    'GIT_EDITOR',
  ])
    t.true(unset.includes(name), name);
  for (const name of [
    'ANTHROPIC_API_KEY',
    'CLAUDE_CODE_OAUTH_TOKEN',
    'CLAUDE_CONFIG_DIR',
    'CLAUDE_CODE_USE_BEDROCK',
  ])
    t.false(unset.includes(name), name);
  t.false(claude.launch(request({}, { env: { GIT_EDITOR: 'true' } })).unset.includes('GIT_EDITOR'));
});

test('arguments are read as claude reads them, and nothing is lost', t => {
  const args = [
    '--add-dir',
    'a',
    'b',
    '-c',
    '--model=x',
    '-r',
    '--new-flag',
    'v',
    '-p',
    'say',
    '--',
    '-x',
    'y',
  ];
  const read = readArguments(args);
  t.deepEqual(
    read.flatMap(each => each.parts),
    args,
  );
  t.deepEqual(
    read.map(each => [each.flag, ...each.values]),
    [
      ['--add-dir', 'a', 'b'],
      ['--continue'],
      ['--model', 'x'],
      ['--resume'],
      ['--new-flag', 'v'],
      ['--print'],
      [null, 'say'],
      [null, '-x', 'y'],
    ],
  );
});
