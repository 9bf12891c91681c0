/** The commands that change something: what they ask of the daemon, what they print, how they exit. */
import test from 'ava';
import { parseAssignment, writeValue } from '../../cli/client/values.js';
import type { TurnResult } from '../../cli/protocol.js';
import { type Answers, actor, fakeDaemon, session, type Terminal } from './client-fake-daemon.js';

const done: TurnResult = { outcome: 'completed', reason: null, message: 'All green.', duration_ms: 4200 };
const submitted = { name: 'fix-nav', prompt_id: 'p1', state: 'submitted', ahead: 0 } as const;

interface Case {
  argv: string[];
  answers?: Answers;
  at?: Terminal;
  code?: number;
  stdout?: string;
  stderr?: string | RegExp;
  /** What the (only) request asks for, `key` aside. */
  asks?: object;
}

const behaves = test.macro({
  async exec(t, { argv, answers = {}, at = {}, code = 0, stdout = '', stderr = '', asks }: Case) {
    const daemon = await fakeDaemon(t, answers);
    const outcome = await actor(daemon.home, argv, at);
    t.is(outcome.stdout, stdout);
    if (typeof stderr === 'string') t.is(outcome.stderr, stderr);
    else t.regex(outcome.stderr, stderr);
    t.is(outcome.code, code);
    if (!asks) return;
    const { key: _, ...params } = { key: '', ...daemon.requests.at(-1)!.params };
    t.like(params, asks);
  },
  title: (name = '', { argv }: Case) => `actor ${argv.join(' ')}${name && `: ${name}`}`,
});

/** Wrong usage reaches no daemon. */
const refuses = test.macro({
  async exec(t, argv: string[], stderr: RegExp, at: Terminal = {}) {
    const daemon = await fakeDaemon(t, {});
    const outcome = await actor(daemon.home, argv, at);
    t.is(outcome.stdout, '');
    t.regex(outcome.stderr, stderr);
    t.is(outcome.code, 2);
    t.deepEqual(daemon.requests, []);
  },
  title: (_, argv: string[]) => `wrong usage: actor ${argv.join(' ')}`,
});

// run
const run = (more: object = {}): Answers => ({ run: [{ result: { ...submitted, ...more } }] });
test(behaves, {
  argv: ['run', 'fix-nav', 'add a test'],
  answers: run(),
  stdout: 'submitted\n',
  asks: { name: 'fix-nav', prompt: 'add a test', slash: false, now: false, wait: false, timeout_ms: null },
});
test(behaves, {
  argv: ['run', 'a', 'b'],
  answers: run({ state: 'queued', ahead: 2 }),
  stdout: 'queued (2 ahead)\n',
});
test(behaves, {
  argv: ['run', 'a', 'b', '--now'],
  answers: run({ state: 'queued' }),
  stdout: 'queued\n',
  asks: { now: true },
});
test(behaves, { argv: ['run', 'a'], answers: run(), stdout: 'resumed\n', asks: { prompt: null } });
test('from a pipe', behaves, {
  argv: ['run', 'a'],
  at: { stdin: 'line\r\nline\n' },
  answers: run(),
  stdout: 'submitted\n',
  asks: { prompt: 'line\nline\n' },
});
test(behaves, {
  argv: ['run', 'a', 'b', '--json'],
  answers: run(),
  stdout: '{"name":"fix-nav","prompt_id":"p1","state":"submitted","ahead":0}\n',
});
test(behaves, {
  argv: ['run', 'a', 'b', '--wait', '--timeout', '2m'],
  answers: { run: [{ notice: 'a waits for a person' }, { result: { ...submitted, ...done } }] },
  stdout: 'All green.\n',
  stderr: 'a waits for a person\n',
  asks: { wait: true, timeout_ms: 120_000 },
});
test(behaves, {
  argv: ['run', 'a', 'b', '--wait', '--json'],
  answers: run({ outcome: 'failed', reason: 'rate_limit' }),
  code: 5,
  stdout:
    '{"name":"fix-nav","prompt_id":"p1","state":"submitted","ahead":0,"outcome":"failed","reason":"rate_limit","message":null,"duration_ms":null}\n',
});
test('a failed turn', behaves, {
  argv: ['run', 'fix-nav', 'b', '--wait'],
  answers: run({ ...done, outcome: 'failed', reason: 'rate_limit', message: 'Limit reached' }),
  code: 5,
  stdout: 'Limit reached\n',
  stderr: 'actor: the turn of fix-nav failed (rate_limit)\n',
});
test('the time limit', behaves, {
  argv: ['run', 'a', 'b', '--wait'],
  answers: { run: [{ error: { code: 124, message: 'a has not finished', hint: 'actor wait a' } }] },
  code: 124,
  stderr: 'actor: a has not finished\nhint: actor wait a\n',
});
test(
  refuses,
  ['run', 'a', 'b', '--timeout', '5s'],
  /^actor: --timeout needs --wait\nusage: actor run <name> \[prompt\] \[options\]\n$/,
);
test(
  refuses,
  ['run', 'a', 'b', '--wait', '--timeout', 'soon'],
  /^actor: --timeout is no duration: soon\nhint: write it as/,
);
test(refuses, ['run', 'a', 'b', '--slash', '--now'], /exclude each other/);
test(refuses, ['run', 'a', '--wait'], /--wait needs a prompt/);
test(refuses, ['run', 'a', 'b', '-p', 'c'], /given twice/);
test(refuses, ['run', 'a', '-'], /not valid UTF-8/, { stdin: Uint8Array.of(0xff) });

// new
const created = (more: object = {}): Answers => ({
  new: [{ result: { ...session('fix-nav'), run: null, ...more } }],
});
test(behaves, {
  argv: ['new', 'fix-nav'],
  answers: {
    new: [{ notice: 'branch fix-nav from main' }, { result: { ...session('fix-nav'), run: null } }],
  },
  stdout: 'fix-nav\n',
  stderr: 'branch fix-nav from main\n',
  asks: { name: 'fix-nav', prompt: null, agent: null, worktree: true, config: {}, wait: false },
});
test(behaves, {
  argv: ['new', 'fix the nav bar'],
  answers: created(),
  stdout: 'fix-nav\n',
  asks: { name: null, prompt: 'fix the nav bar' },
});
test(behaves, {
  argv: [
    'new',
    'fix-nav',
    '-',
    '--config',
    'a=b=c',
    '--dir',
    '/tmp/../srv',
    '--no-worktree',
    '--model',
    'opus',
  ],
  at: { stdin: 'from a file' },
  answers: created(),
  stdout: 'fix-nav\n',
  asks: {
    name: 'fix-nav',
    prompt: 'from a file',
    config: { a: 'b=c' },
    dir: '/srv',
    worktree: false,
    model: 'opus',
  },
});
test(behaves, {
  argv: ['new', '-p', 'word'],
  answers: created(),
  stdout: 'fix-nav\n',
  asks: { name: null, prompt: 'word' },
});
test(behaves, {
  argv: ['new', '-'],
  at: { stdin: 'x' },
  answers: created(),
  stdout: 'fix-nav\n',
  asks: { name: null, prompt: 'x' },
});
test('JSON is the list object', behaves, {
  argv: ['new', 'fix-nav', 'x', '--json'],
  answers: created({ run: submitted }),
  stdout: `${JSON.stringify(session('fix-nav'))}\n`,
});
test(behaves, {
  argv: ['new', 'fix-nav', 'x', '--json', '--wait'],
  answers: created({ run: { ...submitted, ...done } }),
  stdout: `${JSON.stringify({ ...session('fix-nav'), ...done })}\n`,
});
test(behaves, {
  argv: ['new', 'fix-nav', 'x', '--wait'],
  answers: created({ run: { ...submitted, ...done, outcome: 'lost', message: null } }),
  code: 5,
  stderr: 'actor: the agent of fix-nav went away in the middle of its turn\n',
});
test(
  refuses,
  ['new', 'fix/nav'],
  /^actor: fix\/nav is no name for a session: 1 to 64 of .*\nhint: actor new fix-nav\nusage: actor new /,
);
test(refuses, ['new', 'fix nav', 'do it'], /fix nav is no name.*\nhint: actor new fix-nav\n/);
test(refuses, ['new', 'fix nav', '-p', 'do it'], /fix nav is no name/);
test(refuses, ['new', 'a..b'], /is no name/);
test(refuses, ['new', 'Main-x'], /is a name for a main/);
test(refuses, ['new'], /needs a name or a prompt/);
test(refuses, ['new', 'x', '--wait'], /--wait needs a prompt/);
test(
  refuses,
  ['new', 'x', '--no-worktree', '--branch', 'y'],
  /--no-worktree and --branch exclude each other/,
);
test('values as in KDL', behaves, {
  argv: [
    'new',
    'fix-nav',
    ...['a=#true', 'b=-1_000', 'c="5"', 'd=#null', 'e='].flatMap(word => ['--config', word]),
  ],
  answers: created(),
  stdout: 'fix-nav\n',
  asks: { config: { a: true, b: -1000, c: '5', d: null, e: '' } },
});
test(
  refuses,
  ['new', 'x', '--config', 'a=#ture'],
  /a cannot be #ture.*\nhint: as text in quotes: 'a="#ture"'\n/,
);
test(refuses, ['new', 'x', '--config', 'model'], /--config needs KEY=VALUE, not model/);
test(refuses, ['new', 'x', '--config', 'a=1', '--config', 'a=2'], /--config a was given twice/);

// stop, discard, queue, down
const waiting = { id: 'p5', prompt: 'two\nlines', queued_at: '2026-11-23T07:10:00.000Z', held: true };
test(behaves, {
  argv: ['stop', 'a', 'b', '--clear'],
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
  stdout: 'stopped a\ndropped of a:\np5  two\n    lines\nb is not mid-turn\n',
  asks: { names: ['a', 'b'], clear: true },
});
test(behaves, {
  argv: ['stop', 'a', '--json'],
  answers: { stop: [{ result: [{ name: 'a', stopped: false, dropped: [] }] }] },
  stdout: '[{"name":"a","stopped":false,"dropped":[]}]\n',
});
const discarded = { name: 'a', branch: 'a', commit: '0123456789abcdef', worktree: '/w/a', trash: '/t/a' };
test(behaves, {
  argv: ['discard', 'a', '--force'],
  answers: { discard: [{ result: [discarded] }] },
  stdout: 'discarded a; branch a (0123456789ab) is kept\nkept for 7 days: /t/a\n',
  asks: { names: ['a'], force: true },
});
test(behaves, {
  argv: ['discard', 'a', '--json'],
  answers: { discard: [{ result: [discarded] }] },
  stdout: '[{"name":"a","branch":"a","commit":"0123456789abcdef","worktree":"/w/a"}]\n',
  stderr: 'kept for 7 days: /t/a\n',
});
test('refused', behaves, {
  argv: ['discard', 'a'],
  answers: {
    discard: [
      {
        error: {
          code: 4,
          message: 'a is kept:\n  1 untracked file: x\x1b[2J',
          hint: 'actor discard --force a',
        },
      },
    ],
  },
  code: 4,
  stderr: 'actor: a is kept:\n  1 untracked file: x\nhint: actor discard --force a\n',
});
test(behaves, {
  argv: ['queue', 'a'],
  answers: { queue: [{ result: { waiting: [waiting], dropped: [] } }] },
  stdout: 'p5  held  two lines\n',
});
test('empty', behaves, {
  argv: ['queue', 'a'],
  answers: { queue: [{ result: { waiting: [], dropped: [] } }] },
  stderr: 'nothing waits for a\n',
});
test(behaves, {
  argv: ['queue', 'a', '--json'],
  answers: { queue: [{ result: { waiting: [waiting], dropped: [] } }] },
  stdout: `${JSON.stringify([waiting])}\n`,
});
test(behaves, {
  argv: ['queue', 'a', '--cancel', 'p5'],
  answers: { queue: [{ result: { waiting: [], dropped: [waiting] } }] },
  stdout: 'dropped:\np5  two\n    lines\n',
  asks: { cancel: 'p5', clear: false },
});
test(refuses, ['queue', 'a', '--cancel', 'p5', '--clear'], /exclude each other/);
test(behaves, {
  argv: ['down', 'a'],
  answers: { down: [{ result: { ended: ['a'], all: false } }] },
  stdout: 'ended a\n',
  asks: { names: ['a'] },
});

// config
const entries = [
  { key: 'model', value: 'opus', source: 'role reviewer' },
  { key: 'effort', value: '5', source: 'actor config' },
  { key: 'fast', value: true, source: 'user settings' },
];
const configured = (more: object = {}): Answers => ({
  config: [{ result: { name: 'a', entries, running: false, ...more } }],
});
test(behaves, {
  argv: ['config', 'a'],
  answers: configured({ running: true }),
  stdout:
    'KEY     VALUE  SOURCE\nmodel   opus   role reviewer\neffort  "5"    actor config\nfast    #true  user settings\n',
  asks: { name: 'a', changes: {} },
});
test('its value only', behaves, { argv: ['config', 'a', 'fast'], answers: configured(), stdout: '#true\n' });
test('those of several', behaves, {
  argv: ['config', 'a', 'fast', 'model'],
  answers: configured(),
  stdout: 'KEY    VALUE  SOURCE\nfast   #true  user settings\nmodel  opus   role reviewer\n',
});
test(behaves, {
  argv: ['config', 'a', 'fast=#false', 'old=#null', 'model=a=b', 'model'],
  answers: configured({ running: true }),
  stdout: 'opus\n',
  stderr: "a runs: this counts from its agent's next start\n",
  asks: { changes: { fast: false, old: null, model: 'a=b' } },
});
test('an agent that does not run', behaves, {
  argv: ['config', 'a', 'fast=#true', '--json'],
  answers: configured(),
  stdout: `${JSON.stringify({ name: 'a', entries, running: false })}\n`,
});
test('no such key', behaves, {
  argv: ['config', 'a', 'modle'],
  answers: configured(),
  code: 1,
  stderr: 'actor: a has no modle\nhint: actor config a\n',
});
test('nothing', behaves, {
  argv: ['config', 'a'],
  answers: configured({ entries: [] }),
  stderr: 'nothing is configured for a\n',
});
test(refuses, ['config'], /config needs <name>/);
test(refuses, ['config', 'a', '=x'], /config needs KEY or KEY=VALUE, not =x/);
test(refuses, ['config', 'a', 'b=1', 'b=2'], /^actor: b was given twice/);
test(refuses, ['config', 'a', 'b=#'], /b cannot be #: behind # stands true, false or null/);

test('a value that is written is read as the same, and a number only where it is kept exactly', t => {
  for (const value of [true, false, 0, -1.5, 1e300, 'text', '', '5', '#x', '#true', '"', '"x"', 'a b', '1.x'])
    t.deepEqual(parseAssignment(`key=${writeValue(value)}`), { key: 'key', value });
  for (const [typed, value] of [
    ['0x1F', 31],
    ['+5', 5],
    ['-0o17', -15],
    ['1_0.5e1', 105],
    ['12345678901234567890', '12345678901234567890'],
    ['1e999', '1e999'],
    ['.5', '.5'],
    ['4.', '4.'],
  ] as const)
    t.is(parseAssignment(`key=${typed}`)?.value, value, typed);
  t.is(parseAssignment('key'), null);
  t.is(parseAssignment('=5'), null);
});

// main and attach
const started = {
  main: [{ result: { name: 'main', started: true, session: session('main', { role_of: 'main' }) } }],
} as const;
test(behaves, {
  argv: ['--detach', 'claude', '--model', 'opus', '--detach'],
  answers: { main: [...started.main] },
  stdout: 'main\n',
  asks: { agent: 'claude', args: ['--model', 'opus', '--detach'], role: null, name: null },
});
test(
  refuses,
  ['claude'],
  /^actor: this is no terminal to attach\nhint: actor --detach claude\nusage: actor \[options\] claude \[args\.\.\]\n$/,
);
test(refuses, ['attach'], /this is no terminal/);
test(refuses, ['--json', 'shell'], /--json needs --detach/);
test(refuses, ['--name', 'a b', '--detach', 'shell'], /a b is no name.*\nhint: actor --name a-b shell/);

test('a request carries who asks, and the environment only where it is inherited', async t => {
  const daemon = await fakeDaemon(t, { ...run(), list: [{ result: [] }] });
  await actor(daemon.home, ['run', 'a', 'b'], { env: { ACTOR_NAME: 'main', SECRET: '1' } });
  await actor(daemon.home, ['list'], { env: { ACTOR_NAME: '' } });
  const [asked, listed] = daemon.requests;
  t.is(asked!.caller.cwd, process.cwd());
  t.is(asked!.caller.session, 'main');
  t.is(asked!.caller.env!.SECRET, '1');
  t.is(listed!.caller.session, null);
  t.is(listed!.caller.env, undefined);
});

test('a daemon that dies over a request: asked again with the same key where it has one, else told', async t => {
  let asked = 0;
  const daemon = await fakeDaemon(t, {
    run: () => (++asked === 1 ? [] : [{ result: submitted }]),
    stop: [],
  });
  t.is((await actor(daemon.home, ['run', 'a', 'b'])).stdout, 'submitted\n');
  const keys = daemon.requests.map(({ params }) => 'key' in params && params.key);
  t.is(keys.length, 2);
  t.is(keys[0], keys[1]);
  t.true(String(keys[0]).length > 8);

  const { code, stderr } = await actor(daemon.home, ['stop', 'a']);
  t.is(code, 1);
  t.regex(stderr, /^actor: the daemon ended before it answered.*\nhint: actor list\n$/);
});

test('a stack only with ACTOR_DEBUG=1', async t => {
  const daemon = await fakeDaemon(t, {
    list: [{ error: { code: 1, message: 'internal error: x', stack: 'Error: x\n    at daemon' } }],
  });
  t.is((await actor(daemon.home, ['list'])).stderr, 'actor: internal error: x\n');
  t.regex((await actor(daemon.home, ['list'], { env: { ACTOR_DEBUG: '1' } })).stderr, /at daemon/);
});
