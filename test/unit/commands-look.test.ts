/** The commands that only look: what they print, how they exit. */
import { join } from 'node:path';
import test from 'ava';
import { visible } from '../../cli/client/width.js';
import { farewellLine } from '../../cli/commands/terminal.js';
import type { ActorEvent, RoleView, SessionDetail, SessionView, WaitResult } from '../../cli/protocol.js';
import { actor, fakeDaemon, session } from './client-fake-daemon.js';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000 - 50).toISOString();
const ended = {
  turn: 1,
  outcome: 'completed',
  reason: null,
  message: 'ok',
  ended_at: '',
  duration_ms: 5,
} as const;

const SESSIONS: SessionView[] = [
  session('main', { role_of: 'main', agent: 'claude', branch: 'main', waiting_events: 1 }),
  session('fix-nav', {
    status: 'working',
    turn: { id: 2, prompt_id: 'p1', started_at: ago(7530), prompt: 'x' },
    queued: 2,
    diff: { added: 84, deleted: 12 },
    dirty: true,
    pr: { number: 7, url: 'https://example.com/7' },
    purpose: 'navigation\nbar \x1b[2Jon phones',
  }),
  session('日本', { branch: null, status: 'waiting', waiting_for: 'permission', queued: 1, held: 1 }),
  session('broken', {
    last: { ...ended, outcome: 'failed', reason: 'exit_status', message: null, ended_at: ago(3630) },
  }),
];

test('list: marks, columns aligned by width, empty columns left out', async t => {
  const { home } = await fakeDaemon(t, { list: [{ result: SESSIONS }] });
  const { stdout, stderr, code } = await actor(home, ['list']);
  t.is(
    stdout,
    `
    NAME     STATUS                AGENT   BRANCH   CHANGES         QUEUE   TURN       ABOUT
♛   main     idle                  claude  main                                        (1 event waits)
 ★  fix-nav  working               shell   fix-nav  [+84 -12] * #7  2       2h05m      navigation bar on phones
 !  日本     waiting (permission)  shell                            1 held
 ✗  broken   idle                  shell   broken                           1h00m ago  failed (exit_status)
`.slice(1),
  );
  t.is(stderr, '');
  t.is(code, 0);
});

test('list: fits a terminal, with colours there and nowhere else', async t => {
  const { home } = await fakeDaemon(t, { list: [{ result: SESSIONS }] });
  const utf8 = { LANG: 'C.UTF-8' };
  const shown = await actor(home, ['list'], { terminal: true, columns: 40, env: utf8 });
  const plain = visible(shown.stdout);
  for (const line of plain.split('\n')) t.true([...line].length <= 40, line);
  t.true(shown.stdout.includes('\x1b[33m ★'));
  for (const at of [{ env: { NO_COLOR: '1' } }, { env: { TERM: 'dumb' } }])
    t.false((await actor(home, ['list'], { terminal: true, ...at })).stdout.includes('\x1b'));
  t.false((await actor(home, ['list', '--no-color'], { terminal: true })).stdout.includes('\x1b'));
  t.false((await actor(home, ['list'])).stdout.includes('\x1b'));
});

test('where the locale has no UTF-8 all marks are ASCII, on a terminal and in a pipe', async t => {
  const finding = { topic: 'gh', level: 'note', text: 'not found', fix: 'install gh' } as const;
  const main = {
    ...session('main', { role_of: 'main' }),
    status_since: ago(1),
    status_by: 'x',
    message: null,
  };
  const { home } = await fakeDaemon(t, {
    list: () => [{ result: SESSIONS.filter(({ name }) => name !== '日本') }],
    show: () => [{ result: main }],
    doctor: () => [{ result: [finding, { ...finding, level: 'ok' }, { ...finding, level: 'error' }] }],
  });
  for (const words of [['list'], ['show', 'main'], ['doctor']])
    for (const at of [{ terminal: true, env: { LC_ALL: 'C' } }, { env: { LC_ALL: 'POSIX' } }]) {
      const { stdout } = await actor(home, words, at);
      t.notRegex(visible(stdout), /[^\n -~]/, words.join(' '));
    }
});

test('list: a narrow terminal keeps what matters, and a long branch leaves room for the rest', async t => {
  const branch = 'feature/a-branch-with-a-very-long-name-indeed';
  const sessions = SESSIONS.map(each => ({ ...each, branch: each.branch && branch }));
  const { home } = await fakeDaemon(t, { list: [{ result: sessions }] });
  const at = async (columns: number) =>
    visible((await actor(home, ['list'], { terminal: true, columns, env: { LANG: 'C.UTF-8' } })).stdout);
  const head = async (columns: number) => (await at(columns)).split('\n')[0]!.trim().split(/ +/);
  t.deepEqual(await head(85), ['NAME', 'STATUS', 'CHANGES', 'TURN', 'ABOUT']);
  t.deepEqual(await head(60), ['NAME', 'STATUS', 'CHANGES', 'ABOUT']);
  t.regex(await at(130), /fix-nav +working +feature\/a-branch-with-a-very-lo… .*navigation bar on phones/);
  t.true((await actor(home, ['list'])).stdout.includes(branch));
});

test('list -f: draws on a terminal only, and never as JSON', async t => {
  const { home, requests } = await fakeDaemon(t, {});
  const piped = await actor(home, ['list', '-f']);
  t.is(piped.code, 2);
  t.regex(piped.stderr, /is none that can be drawn on\nhint: actor events -f --json/);
  t.is((await actor(home, ['list', '-f'], { terminal: true, env: { TERM: 'dumb' } })).code, 2);
  t.is((await actor(home, ['list', '-f', '--json'], { terminal: true })).code, 2);
  t.is(requests.length, 0);
});

test('list: JSON is what the daemon says; no sessions is no error', async t => {
  const full = await fakeDaemon(t, { list: [{ result: SESSIONS }] });
  t.deepEqual(JSON.parse((await actor(full.home, ['list', '--json'])).stdout), SESSIONS);
  const empty = await fakeDaemon(t, { list: [{ result: [] }] });
  t.deepEqual(await actor(empty.home, ['ls', '--status', 'idle']), {
    code: 0,
    stdout: '',
    stderr: 'no session is idle\n',
  });
  t.deepEqual(empty.requests.at(-1)!.params, { status: 'idle' });
  t.is((await actor(empty.home, ['ls', '--json'])).stdout, '[]\n');
});

test('show: what the status rests on, and the message whole', async t => {
  const detail: SessionDetail = {
    ...session('fix-nav', {
      waiting_for: 'permission',
      status: 'waiting',
      last: { ...ended, ended_at: ago(60) },
    }),
    status_since: new Date().toISOString(),
    status_by: "claude's PermissionRequest hook",
    message: 'One.\n\nTwo.',
  };
  const { home } = await fakeDaemon(t, { show: [{ result: detail }] });
  const { stdout } = await actor(home, ['show', 'fix-nav']);
  t.regex(
    stdout,
    /^status: {9}waiting for permission since \d\d:\d\d:\d\d, by claude's PermissionRequest hook$/m,
  );
  t.regex(stdout, /^base: {11}main at 2f9c00000000$/m);
  t.regex(stdout, /^last turn: {6}1, completed, ended 1m\d\ds ago, took 0s$/m);
  t.true(stdout.endsWith('\n\nOne.\n\nTwo.\n'));
  t.deepEqual(JSON.parse((await actor(home, ['show', 'fix-nav', '--json'])).stdout), detail);
});

test('logs: prompts and messages below their heads; followed as they come', async t => {
  const entries = [
    { time: new Date().toISOString(), turn: 1, kind: 'prompt', text: 'one\n\ntwo\n' },
    { time: new Date().toISOString(), turn: 1, kind: 'outcome', text: 'completed after 1s' },
  ] as const;
  const { home, requests } = await fakeDaemon(t, {
    logs: ({ follow }) =>
      follow ? [...entries.map(item => ({ item })), { result: [] }] : [{ result: [...entries] }],
  });
  const expected =
    /^\S+ {2}turn 1 {2}prompt\n {4}one\n\n {4}two\n\S+ {2}turn 1 {2}outcome {2}completed after 1s\n$/;
  t.regex((await actor(home, ['logs', 'a', '-n', '2'])).stdout, expected);
  t.deepEqual<unknown, unknown>(requests[0]!.params, { name: 'a', count: 2, follow: false });
  t.regex((await actor(home, ['logs', 'a', '-f'])).stdout, expected);
  t.deepEqual(JSON.parse((await actor(home, ['logs', 'a', '--json'])).stdout), entries);
  const lines = (await actor(home, ['logs', 'a', '-f', '--json'])).stdout.trim().split('\n');
  t.deepEqual(
    lines.map(line => JSON.parse(line)),
    entries,
  );
  t.is((await actor(home, ['logs', 'a', '-n', 'x'])).code, 2);
});

test('logs: of none that were asked for nothing is said; of none that are there, that', async t => {
  const { home } = await fakeDaemon(t, { logs: () => [{ result: [] }] });
  t.deepEqual(await actor(home, ['logs', 'a', '-n', '0']), { code: 0, stdout: '', stderr: '' });
  t.is((await actor(home, ['logs', 'a'])).stderr, 'a has said nothing yet\n');
});

test('trust --list: says so when nothing is allowed', async t => {
  const { home } = await fakeDaemon(t, { trusted: () => [{ result: [] }] });
  t.deepEqual(await actor(home, ['trust', '--list']), {
    code: 0,
    stdout: '',
    stderr: 'no settings of a repository are trusted\n',
  });
  t.is((await actor(home, ['trust', '--list', '--json'])).stdout, '[]\n');
});

test('peek: the screen without the empty lines below it; whole in JSON', async t => {
  const screen = '$ ls\n  a\n\n\n';
  const { home } = await fakeDaemon(t, { peek: [{ result: { screen } }] });
  t.is((await actor(home, ['peek', 'a'])).stdout, '$ ls\n  a\n');
  t.deepEqual(JSON.parse((await actor(home, ['peek', 'a', '--json'])).stdout), { name: 'a', screen });
});

test('roles: a table without columns that no role uses, or the array; none is no error', async t => {
  const role = (name: string, more: Partial<RoleView> = {}): RoleView => ({
    ...{ name, description: null, agent: null, model: null, coordinator: false, files: ['/x'] },
    ...more,
  });
  const roles = [
    role('main', { coordinator: true }),
    role('reviewer', { agent: 'claude', description: 'a\nb' }),
  ];
  const { home, requests } = await fakeDaemon(t, { roles: [{ result: roles }] });
  t.is(
    (await actor(home, ['roles'])).stdout,
    'ROLE      AGENT                DESCRIPTION\nmain              coordinates\nreviewer  claude               a b\n',
  );
  t.deepEqual(JSON.parse((await actor(home, ['roles', '--json', '--dir', 'sub'])).stdout), roles);
  t.deepEqual<unknown, unknown>(
    requests.map(({ params }) => params),
    [{ dir: null }, { dir: join(process.cwd(), 'sub') }],
  );
  const none = await fakeDaemon(t, { roles: [{ result: [] }] });
  t.deepEqual(await actor(none.home, ['roles']), {
    code: 0,
    stdout: '',
    stderr: 'the settings define no role\n',
  });
});

function event(id: number, more: Partial<ActorEvent> = {}): ActorEvent {
  return {
    id,
    time: new Date().toISOString(),
    session: 'fix-nav',
    parent: 'main',
    type: 'completed',
    turn: 1,
    outcome: 'completed',
    reason: null,
    message: 'The last\nmessage',
    duration_ms: 133_000,
    prompt_id: 'p1',
    waiting_for: null,
    branch: null,
    diff: null,
    queued: 0,
    ...more,
  };
}

test('events: a line each; JSON one object a line', async t => {
  const events = [
    event(1),
    event(2, { type: 'needs-input', waiting_for: 'permission', duration_ms: null, message: null }),
    event(3, {
      type: 'exited',
      reason: 'session end: \x1b]0;x\x07other\nword',
      duration_ms: null,
      message: null,
    }),
  ];
  const { home, requests } = await fakeDaemon(t, {
    events: [...events.map(item => ({ item })), { result: { last: 2 } }],
  });
  t.regex(
    (await actor(home, ['events'])).stdout,
    /^1 {2}\S+ {2}fix-nav {2}completed \(2m13s\): The last message\n2 {2}\S+ {2}fix-nav {2}needs-input \(permission\)\n3 {2}\S+ {2}fix-nav {2}exited \(session end: other word\)\n$/,
  );
  const { stdout } = await actor(home, [
    'events',
    '--json',
    '--since',
    '7',
    '--session',
    'a',
    '--type',
    'completed',
  ]);
  t.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
    events,
  );
  t.deepEqual<unknown, unknown>(requests.at(-1)!.params, {
    since: 7,
    follow: false,
    session: 'a',
    type: 'completed',
  });
});

test('events -f: after a daemon that was killed, on without a gap or a double', async t => {
  const daemon = await fakeDaemon(t, {
    events: ({ since }) =>
      since === 0
        ? [{ item: event(1) }, { item: event(2) }]
        : [{ item: event(since + 1) }, { result: { last: 3 } }],
  });
  const { stdout, code } = await actor(daemon.home, ['events', '-f', '--json']);
  t.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).id),
    [1, 2, 3],
  );
  t.is(code, 0);
});

test('logs -f: after a daemon that was killed, on after the last entry', async t => {
  const entry = (second: number) =>
    ({ time: `2026-11-23T07:10:0${second}.000Z`, turn: 1, kind: 'note', text: `${second}` }) as const;
  let asked = 0;
  const { home, requests } = await fakeDaemon(t, {
    logs: () =>
      ++asked === 1
        ? [{ item: entry(1) }, { item: entry(2) }]
        : [{ item: entry(0) }, { item: entry(2) }, { item: entry(3) }, { result: [] }],
  });
  const { stdout } = await actor(home, ['logs', 'a', '-f', '-n', '2', '--json']);
  t.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).text),
    ['1', '2', '3'],
  );
  t.deepEqual(
    requests.map(({ params }) => 'count' in params && params.count),
    [2, null],
  );
});

test('logs -f -n 0: also after a daemon that was killed only what is new', async t => {
  const entry = (time: string, text: string) => ({ time, turn: 1, kind: 'note', text }) as const;
  let asked = 0;
  const { home } = await fakeDaemon(t, {
    logs: () => {
      // The first one dies over it.
      if (++asked === 1) return [];
      const later = new Date(Date.now() + 1000).toISOString();
      return [{ item: entry(ago(60), 'old') }, { item: entry(later, 'new') }, { result: [] }];
    },
  });
  const { stdout } = await actor(home, ['logs', 'a', '-f', '-n', '0']);
  t.regex(stdout, /^\S+ {2}turn 1 {2}note {2}new\n$/);
});

const settled = (name: string, more: Partial<WaitResult> = {}): WaitResult => ({
  name,
  status: 'idle',
  outcome: 'completed',
  reason: null,
  message: 'ok',
  ...more,
});

const waits = test.macro({
  async exec(t, results: WaitResult[], timed_out: boolean, code: number, stdout: string) {
    const { home } = await fakeDaemon(t, {
      wait: [...results.slice(0, 1).map(item => ({ item })), { result: { settled: results, timed_out } }],
    });
    const outcome = await actor(home, ['wait']);
    t.is(outcome.stdout, stdout);
    t.is(outcome.code, code);
    const json = await actor(home, ['wait', '--json']);
    t.deepEqual(JSON.parse(json.stdout), results);
    t.is(json.code, code);
  },
  title: (name = '') => `wait: ${name}`,
});
test(
  'all completed',
  waits,
  [settled('a'), settled('b')],
  false,
  0,
  'a  idle  completed: ok\nb  idle  completed: ok\n',
);
test(
  'why it went, in another program’s words',
  waits,
  [settled('a', { status: 'exited', outcome: 'lost', reason: 'session end: \x1b[2Jx', message: null })],
  false,
  5,
  'a  exited  lost (session end: x)\n',
);
test(
  'never had a turn',
  waits,
  [settled('a', { status: 'created', outcome: null, message: null })],
  false,
  0,
  'a  created\n',
);
test(
  'one failed',
  waits,
  [settled('a', { outcome: 'failed', reason: 'overloaded' })],
  false,
  5,
  'a  idle  failed (overloaded): ok\n',
);
test(
  'one waits for a person',
  waits,
  [settled('a', { status: 'waiting', outcome: null, message: null })],
  false,
  5,
  'a  waiting\n',
);
test(
  'one is gone',
  waits,
  [settled('a', { status: 'exited', message: null })],
  false,
  5,
  'a  exited  completed\n',
);
test('the time is over', waits, [settled('a')], true, 124, 'a  idle  completed: ok\n');

test('doctor: each finding with its fix; 1 when one stops actor working', async t => {
  const note = { topic: 'gh', level: 'note', text: 'not found', fix: 'install gh' } as const;
  const fine = await fakeDaemon(t, {
    doctor: [{ result: [{ topic: 'tmux', level: 'ok', text: '3.3a', fix: null }, note] }],
  });
  t.deepEqual(await actor(fine.home, ['doctor']), {
    code: 0,
    stdout: '✓  tmux  3.3a\n·  gh    not found\n         → install gh\n',
    stderr: '',
  });
  const bad = await fakeDaemon(t, { doctor: [{ result: [{ ...note, level: 'error' }] }] });
  t.is((await actor(bad.home, ['doctor', '--json'])).code, 1);
});

test('daemon status and stop start nothing', async t => {
  const { home } = await fakeDaemon(t, {});
  const nowhere = `${home}/none`;
  t.deepEqual(await actor(nowhere, ['daemon', 'status']), { code: 1, stdout: 'not running\n', stderr: '' });
  t.deepEqual(await actor(nowhere, ['daemon', 'status', '--json']), {
    code: 1,
    stdout: 'null\n',
    stderr: '',
  });
  t.deepEqual(await actor(nowhere, ['daemon', 'stop']), {
    code: 0,
    stdout: 'no daemon is running\n',
    stderr: '',
  });
  t.is((await actor(nowhere, ['daemon', 'status', '-f'])).code, 2);
});

test('help names every option of a command once, and its usage', async t => {
  const { home } = await fakeDaemon(t, {});
  const { stdout, code } = await actor(home, ['run', '--help']);
  t.is(code, 0);
  t.regex(stdout, /^Usage: actor run <name> \[prompt\] \[options\]$/m);
  for (const option of [
    '--prompt TEXT',
    '--now',
    '--slash',
    '--wait',
    '--timeout D',
    '--json',
    '--help',
    '--no-color',
  ])
    t.is(stdout.split(option).length, 2, option);
  t.regex((await actor(home, [])).stdout, /actor new \[name\] \[prompt\] +Create a session/);
  t.regex((await actor(home, ['--version'])).stdout, /^actor \d+\.\d+\.\d+\n$/);
});

test('what is said when main is gone, and only then', t => {
  const working = { name: 'a', status: 'working' } as const;
  const idle = { name: 'b', status: 'idle' } as const;
  t.is(farewellLine({ gone: null, running: [working] }), null);
  t.is(farewellLine({ gone: 'main', running: [] }), 'main has ended; nothing else runs');
  t.is(
    farewellLine({ gone: 'main', running: [working] }),
    'main has ended; still running: a (working); actor down ends it',
  );
  t.is(
    farewellLine({ gone: 'main-x', running: [working, idle] }),
    'main-x has ended; still running: a (working), b (idle); actor down ends them',
  );
});
