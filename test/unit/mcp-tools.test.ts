/** The MCP tools against a fake daemon: what they ask of it, what they answer in both forms, and their errors. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import test, { type ExecutionContext } from 'ava';
import { Daemon, inherited } from '../../cli/mcp/daemon.js';
import { toolHint } from '../../cli/mcp/hints.js';
import { createServer } from '../../cli/mcp/server.js';
import type { ConfigEntry, LogEntry, QueuedPrompt, RoleView, SessionDetail } from '../../cli/protocol.js';
import { type Answers, fakeDaemon, session } from './client-fake-daemon.js';

type Result = Awaited<ReturnType<Client['callTool']>>;

async function withTools(t: ExecutionContext, answers: Answers, env: Record<string, string> = {}) {
  const { home, requests } = await fakeDaemon(t, answers);
  const server = createServer(
    new Daemon({ ACTOR_HOME: home, ACTOR_NAME: 'main', PATH: '/bin', ...env }, '/srv/app'),
  );
  const client = new Client({ name: 'test', version: '1.0.0' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  t.teardown(() => client.close());
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args });
  return { client, call, requests };
}

function textOf(result: Result): string {
  const [block] = result.content as { type: string; text: string }[];
  return block!.text;
}

interface Case {
  tool: string;
  args?: Record<string, unknown>;
  answers: Answers;
  /** What is asked, `key` aside. */
  asks: object;
  content: object;
  text: string | RegExp;
}

const answers = test.macro({
  async exec(t, { tool, args = {}, answers, asks, content, text }: Case) {
    const { call, requests } = await withTools(t, answers);
    const result = await call(tool, args);
    t.falsy(result.isError);
    t.is(requests.length, 1);
    const { key: _, ...params } = { key: '', ...requests[0]!.params };
    t.deepEqual<object, object>(params, asks);
    t.deepEqual(result.structuredContent, content);
    if (typeof text === 'string') t.is(textOf(result), text);
    else t.regex(textOf(result), text);
  },
  title: (name = '', { tool, args }: Case) => `${tool} ${JSON.stringify(args ?? {})}${name && `: ${name}`}`,
});

const COMES = 'its completion will arrive by itself as an <actor-event> message: do not wait or poll for it';
const submitted = { name: 'fix-nav', prompt_id: 'p1', state: 'submitted', ahead: 0 } as const;
const nothing = {
  ...{
    name: null,
    prompt: null,
    agent: null,
    role: null,
    base: null,
    branch: null,
    dir: null,
    worktree: true,
  },
  ...{ model: null, config: {}, purpose: null, wait: false, timeout_ms: null },
};
const waiting: QueuedPrompt = {
  id: 'p5',
  prompt: 'two\nlines',
  queued_at: '2026-11-23T07:10:00.000Z',
  held: true,
};

test(answers, {
  tool: 'new',
  args: { prompt: 'fix\r\nit' },
  answers: {
    new: [
      { notice: 'branch fix-nav from main (2f9c)' },
      { result: { ...session('fix-nav'), run: submitted } },
    ],
  },
  asks: { ...nothing, prompt: 'fix\nit' },
  content: { ...session('fix-nav'), note: COMES, notices: ['branch fix-nav from main (2f9c)'] },
  text: `branch fix-nav from main (2f9c)\ncreated fix-nav: shell, branch fix-nav, in /home/me/.actor/worktrees/fix-nav\nsubmitted; ${COMES}`,
});
const all = {
  ...{ name: 'fix-nav', agent: 'shell', role: 'reviewer', model: 'opus', purpose: 'navigation' },
  config: { effort: 'high', turns: 5, fast: true, sandbox: null },
};
test('every argument', answers, {
  tool: 'new',
  args: { ...all, dir: '../lib', worktree: false },
  answers: { new: [{ result: { ...session('fix-nav', { branch: null }), run: null } }] },
  asks: { ...nothing, ...all, dir: '/srv/lib', worktree: false },
  content: { ...session('fix-nav', { branch: null }), note: 'it has no prompt yet: give it one with run' },
  text: 'created fix-nav: shell, in /home/me/.actor/worktrees/fix-nav\nit has no prompt yet: give it one with run',
});
test('a branch of its own', answers, {
  tool: 'new',
  args: { name: 'a', prompt: 'x', base: 'v1', branch: 'topic' },
  answers: {
    new: [{ result: { ...session('a', { parent: 'other' }), run: { ...submitted, state: 'queued' } } }],
  },
  asks: { ...nothing, name: 'a', prompt: 'x', base: 'v1', branch: 'topic' },
  content: { ...session('a', { parent: 'other' }), note: COMES.replace('arrive', 'arrive to other') },
  text: /^created a.*\nqueued; its completion will arrive to other by itself/,
});
test('without a parent nobody is told', answers, {
  tool: 'new',
  args: { name: 'a', prompt: 'x' },
  answers: { new: [{ result: { ...session('a', { parent: null }), run: submitted } }] },
  asks: { ...nothing, name: 'a', prompt: 'x' },
  content: {
    ...session('a', { parent: null }),
    note: 'it has no parent, so nobody is told of its completion: look with show',
  },
  text: /nobody is told of its completion/,
});
const running = { name: 'a', prompt: null, slash: false, now: false, wait: false, timeout_ms: null };
test(answers, {
  tool: 'run',
  args: { name: 'a', prompt: 'x', now: true },
  answers: { run: [{ result: { ...submitted, state: 'queued', ahead: 2 } }] },
  asks: { ...running, prompt: 'x', now: true },
  content: { name: 'fix-nav', prompt_id: 'p1', state: 'queued', ahead: 2, note: COMES },
  text: `fix-nav: queued (2 ahead); ${COMES}`,
});
test(answers, {
  tool: 'run',
  args: { name: 'a' },
  answers: { run: [{ result: submitted }] },
  asks: running,
  content: { ...submitted, note: COMES },
  text: `fix-nav: resumed; ${COMES}`,
});
test(answers, {
  tool: 'run',
  args: { name: 'a', prompt: '/compact', slash: true },
  answers: { run: [{ result: submitted }] },
  asks: { ...running, prompt: '/compact', slash: true },
  content: { ...submitted, note: "a command of the agent's own may end without a completion" },
  text: /may end without a completion$/,
});
test(answers, {
  tool: 'stop',
  args: { names: ['a', 'b'], clear: true },
  answers: {
    stop: [
      {
        result: [
          { name: 'a', stopped: true, dropped: [waiting] },
          { name: 'b', stopped: false, dropped: [] },
        ],
      },
    ],
  },
  asks: { names: ['a', 'b'], clear: true },
  content: {
    stopped: [
      { name: 'a', stopped: true, dropped: [waiting] },
      { name: 'b', stopped: false, dropped: [] },
    ],
  },
  text: 'stopped a\ndropped of a:\np5  two\n    lines\nb is not mid-turn',
});
test(answers, {
  tool: 'discard',
  args: { names: ['a'], force: true },
  answers: {
    discard: [
      { result: [{ name: 'a', branch: 'a', commit: '0123456789abcdef', worktree: '/w/a', trash: '/t/a' }] },
    ],
  },
  asks: { names: ['a'], force: true },
  content: {
    discarded: [{ name: 'a', branch: 'a', commit: '0123456789abcdef', worktree: '/w/a' }],
    notices: ['kept for 7 days: /t/a'],
  },
  text: 'kept for 7 days: /t/a\ndiscarded a; branch a (0123456789ab) is kept',
});
const long = session('long', { purpose: 'word '.repeat(500) });
test(answers, {
  tool: 'list',
  args: { status: 'idle' },
  answers: { list: [{ result: [session('main', { role_of: 'main' }), long] }] },
  asks: { status: 'idle' },
  content: { sessions: [session('main', { role_of: 'main' }), long] },
  text: /^ +NAME.*\n♛ +main +idle.*\n.{0,160}…$/,
});
test(answers, {
  tool: 'list',
  answers: { list: [{ result: [] }] },
  asks: { status: null },
  content: { sessions: [] },
  text: 'no sessions',
});
const detail: SessionDetail = {
  ...session('a'),
  status_since: '2026-11-23T07:10:00.000Z',
  status_by: "claude's Stop hook",
  message: 'One.\x1b[2J\n\nTwo.\n',
};
test(answers, {
  tool: 'show',
  args: { name: 'a' },
  answers: { show: [{ result: detail }] },
  asks: { name: 'a' },
  content: detail,
  text: /^name: {11}a\nstatus: {9}idle since .*, by claude's Stop hook\n(?:.*\n)*\nits last message:\nOne\.\n\nTwo\.$/,
});
const entries: LogEntry[] = [
  { time: new Date().toISOString(), turn: 1, kind: 'prompt', text: 'one' },
  { time: new Date().toISOString(), turn: 1, kind: 'outcome', text: 'completed after 1s' },
];
test('not more than an agent can hold', answers, {
  tool: 'logs',
  args: { name: 'a' },
  answers: { logs: [{ result: entries }] },
  asks: { name: 'a', count: 20, follow: false },
  content: { entries },
  text: /turn 1 {2}prompt\n {4}one\n.*outcome {2}completed after 1s$/,
});
test('the whole of it', answers, {
  tool: 'logs',
  args: { name: 'a', count: 0 },
  answers: { logs: [{ result: [] }] },
  asks: { name: 'a', count: null, follow: false },
  content: { entries: [] },
  text: 'a has said nothing yet',
});
test(answers, {
  tool: 'peek',
  args: { name: 'a' },
  answers: { peek: [{ result: { screen: '$ ls\n  a\n\n' } }] },
  asks: { name: 'a' },
  content: { name: 'a', screen: '$ ls\n  a\n\n' },
  text: '$ ls\n  a',
});
test(answers, {
  tool: 'queue',
  args: { name: 'a' },
  answers: { queue: [{ result: { waiting: [waiting], dropped: [] } }] },
  asks: { name: 'a', cancel: null, clear: false },
  content: { prompts: [waiting] },
  text: 'p5  held  two lines',
});
test(answers, {
  tool: 'queue',
  args: { name: 'a', cancel: 'p5' },
  answers: { queue: [{ result: { waiting: [], dropped: [waiting] } }] },
  asks: { name: 'a', cancel: 'p5', clear: false },
  content: { dropped: [waiting] },
  text: 'dropped:\np5  two\n    lines',
});
const configured: ConfigEntry[] = [{ key: 'model', value: 'opus', source: 'actor config' }];
test(answers, {
  tool: 'config',
  args: { name: 'a', changes: { model: 'opus', effort: null } },
  answers: { config: [{ result: { name: 'a', entries: configured, running: true } }] },
  asks: { name: 'a', changes: { model: 'opus', effort: null } },
  content: {
    name: 'a',
    entries: configured,
    running: true,
    notices: ["a runs: this counts from its agent's next start"],
  },
  text: "a runs: this counts from its agent's next start\nKEY    VALUE  SOURCE\nmodel  opus   actor config",
});
const reviewer: RoleView = {
  name: 'reviewer',
  description: 'Careful',
  agent: 'claude',
  model: null,
  coordinator: false,
  files: ['/x/settings.kdl'],
};
test(answers, {
  tool: 'roles',
  args: { dir: 'sub' },
  answers: { roles: [{ result: [reviewer] }] },
  asks: { dir: '/srv/app/sub' },
  content: { roles: [reviewer] },
  text: 'ROLE      AGENT   DESCRIPTION\nreviewer  claude  Careful',
});

/** Wrong use reaches no daemon. */
const refuses = test.macro({
  async exec(t, tool: string, args: Record<string, unknown>, message: string, hint: string | null) {
    const { call, requests } = await withTools(t, {});
    const result = await call(tool, args);
    t.true(result.isError);
    t.is(textOf(result), `actor: ${message}${hint === null ? '' : `\nhint: ${hint}`}`);
    t.deepEqual(result.structuredContent, { code: 2, message, hint });
    t.deepEqual(requests, []);
  },
  title: (_, tool: string, args: object) => `wrong use: ${tool} ${JSON.stringify(args)}`,
});
const NEW = 'new takes name, prompt, agent, role, base, branch, dir, worktree, model, config, purpose';
test(refuses, 'new', { promt: 'x' }, 'unknown argument: promt (did you mean prompt?)', NEW);
test(refuses, 'new', { prompt: 'x', wait: true }, 'unknown argument: wait', NEW);
test(refuses, 'roles', { x: 1 }, 'unknown argument: x', 'roles takes dir');
test(
  refuses,
  'nwe',
  {},
  'unknown tool: nwe (did you mean new?)',
  'the tools are new, run, stop, discard, list, show, logs, peek, queue, config, roles',
);
test(
  refuses,
  'new',
  {},
  'a new session needs a name or a prompt',
  'new with name: "fix-nav", prompt: "what to do"',
);
test(
  refuses,
  'new',
  { name: 'fix nav' },
  'fix nav is no name for a session: 1 to 64 of A-Z a-z 0-9 . _ -, first a letter or digit, no "..", not ending in "." or ".lock"',
  'new with name: "fix-nav"',
);
test(
  refuses,
  'new',
  { name: 'a', worktree: false, base: 'main' },
  'worktree: false and base exclude each other: without a worktree no branch is made',
  null,
);
test(refuses, 'new', { prompt: ' \n' }, 'the prompt is empty', null);
test(refuses, 'new', { prompt: 'a\x07' }, 'the prompt has a control character (U+0007) in line 1', null);
test(refuses, 'new', { agent: '' }, 'agent needs a value, not an empty text', null);
test(
  refuses,
  'new',
  { config: { a: { b: 1 } } },
  'config.a needs a text, a number, true, false or null, not {"b":1}',
  null,
);
test(refuses, 'run', { prompt: 'x' }, 'run needs name: The name of a session', null);
test(refuses, 'run', { name: 'a', now: true }, 'now needs a prompt', null);
test(refuses, 'run', { name: 'a', slash: true }, 'slash needs the command to type: /compact', null);
test(
  refuses,
  'run',
  { name: 'a', prompt: 'x', slash: true, now: true },
  'slash and now exclude each other: slash only types when idle',
  null,
);
test(refuses, 'run', { name: 'a', prompt: 5 }, 'prompt needs a text, not 5', null);
test(refuses, 'run', { name: 'a', now: 'yes' }, 'now needs true or false, not "yes"', null);
test(refuses, 'stop', { names: [] }, 'names needs a list of one name or more, not []', null);
test(refuses, 'stop', { names: 'a' }, 'names needs a list of one name or more, not "a"', null);
test(refuses, 'logs', { name: 'a', count: 1.5 }, 'count needs a whole number, not 1.5', null);
test(
  refuses,
  'list',
  { status: 'idel' },
  'status cannot be idel (did you mean idle?); it is one of created starting working idle waiting exited ended',
  null,
);
test(refuses, 'queue', { name: 'a', cancel: 'p1', clear: true }, 'cancel and clear exclude each other', null);
test(refuses, 'show', { name: 'a', __proto__x: 1 }, 'unknown argument: __proto__x', 'show takes name');

test('tools/list: every tool is loaded from the start, strict, and known as harmless or not', async t => {
  const { client } = await withTools(t, {});
  const { tools } = await client.listTools();
  t.is(
    tools.map(({ name }) => name).join(' '),
    'new run stop discard list show logs peek queue config roles',
  );
  let length = 0;
  for (const { name, description = '', inputSchema, annotations, _meta } of tools) {
    t.deepEqual(_meta, { 'anthropic/alwaysLoad': true }, name);
    t.is((inputSchema as { additionalProperties?: unknown }).additionalProperties, false, name);
    length += description.length;
    for (const [key, property] of Object.entries(inputSchema.properties ?? {})) {
      const words = (property as { description?: string }).description ?? '';
      t.true(words.length > 5, `${name} ${key}`);
      length += words.length;
    }
    t.is(annotations?.readOnlyHint, ['list', 'show', 'logs', 'peek', 'roles'].includes(name), name);
    if (!annotations?.readOnlyHint)
      t.is(annotations?.destructiveHint, ['stop', 'discard', 'queue'].includes(name), name);
  }
  t.true(length < 6000, `${length}`);
  const { force } = tools.find(({ name }) => name === 'discard')!.inputSchema.properties as Record<
    string,
    { description: string }
  >;
  t.regex(force!.description, /user's word/);
  t.regex(client.getInstructions() ?? '', /^[^.]+\. [^.]+\.$/, 'two sentences');
});

test('an error of the daemon: its words, hints for tools, the exit code; what was told before is told', async t => {
  const message = 'a is kept, since a discard would lose work:\n  1 untracked file: x\x1b[2J';
  const { call } = await withTools(t, {
    discard: [
      { notice: 'discarded b' },
      { error: { code: 4, message, hint: 'commit it, or: actor discard --force a' } },
    ],
    show: [{ error: { code: 3, message: 'no session a', hint: 'actor list' } }],
  });
  const refused = await call('discard', { names: ['b', 'a'] });
  const hint = 'commit it, or: ask the user; only with their word: discard with force: true';
  const said = message.replace('\x1b[2J', '');
  t.true(refused.isError);
  t.is(textOf(refused), `discarded b\nactor: ${said}\nhint: ${hint}`);
  t.deepEqual(refused.structuredContent, { code: 4, message: said, hint, notices: ['discarded b'] });
  const unknown = await call('show', { name: 'a' });
  t.deepEqual(unknown.structuredContent, { code: 3, message: 'no session a', hint: 'list' });
});

test('hints name the tool where there is one', t => {
  for (const [hint, tool] of [
    ['actor run fix', 'run with name: "fix"'],
    ['actor queue fix', 'queue with name: "fix"'],
    ['actor new fix-nav', 'new with name: "fix-nav"'],
    ['actor new --no-worktree', 'new with worktree: false'],
    ['--agent claude|shell', 'agent: claude|shell'],
    ['actor attach fix', 'a person can look: actor attach fix'],
    ['actor wait fix', 'call again once its completion has come, by itself'],
    ['did you mean fix?', 'did you mean fix?'],
    ['actor doctor', 'actor doctor'],
  ])
    t.is(toolHint(hint!), tool!);
});

test('a request says who asks, from where, in what build, and with what environment where that is inherited', async t => {
  const claude = {
    CLAUDECODE: '1',
    CLAUDE_CODE_CHILD_SESSION: '1',
    GIT_EDITOR: 'true',
    ANTHROPIC_API_KEY: 'k',
  };
  const { call, requests } = await withTools(
    t,
    { run: [{ result: submitted }], list: [{ result: [] }] },
    { ...claude, TMUX: 'x', TMUX_PANE: '%1', ACTOR_LAUNCH: 'l' },
  );
  await call('run', { name: 'a', prompt: 'x' });
  await call('list');
  const [asked, listed] = requests;
  t.is(asked!.build, null);
  t.deepEqual([asked!.caller.session, asked!.caller.cwd], ['main', '/srv/app']);
  const { ACTOR_HOME: _, ...env } = asked!.caller.env!;
  t.deepEqual(env, { PATH: '/bin', ANTHROPIC_API_KEY: 'k' });
  t.is(listed!.caller.env, undefined);
  t.is(inherited({ GIT_EDITOR: 'true' }).GIT_EDITOR, 'true', "a person's own");
});

test('outside a session nothing is promised to the caller', async t => {
  const { call, requests } = await withTools(t, { run: [{ result: submitted }] }, { ACTOR_NAME: '' });
  t.regex(textOf(await call('run', { name: 'a', prompt: 'x' })), /will arrive to its parent by itself/);
  t.is(requests[0]!.caller.session, null);
});

test('a daemon that dies over a call: asked again with the same key where it has one, else told', async t => {
  let asked = 0;
  const { call, requests } = await withTools(t, {
    new: () => (++asked === 1 ? [] : [{ result: { ...session('a'), run: null } }]),
    stop: [],
  });
  t.falsy((await call('new', { name: 'a' })).isError);
  const keys = requests.map(({ params }) => 'key' in params && params.key);
  t.is(keys.length, 2);
  t.is(keys[0], keys[1]);
  const lost = await call('stop', { names: ['a'] });
  t.regex(textOf(lost), /^actor: the daemon ended before it answered.*\nhint: list$/);
  t.like(lost.structuredContent, { code: 1 });
});

test('a home that is too long for a socket is an error of the call, not the end of the server', async t => {
  const { client } = await withTools(t, {}, { ACTOR_HOME: `/tmp/${'x'.repeat(120)}` });
  const result = await client.callTool({ name: 'list', arguments: {} });
  t.regex(textOf(result), /^actor: ACTOR_HOME is too long for a unix socket/);
});
