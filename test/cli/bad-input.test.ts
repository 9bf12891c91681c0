/** Wrong uses and broken worlds: a clear message, the right exit code, and nothing changed. */
import { appendFile, chmod, chown, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { RunOptions } from '../helpers/arena.js';
import { type Story, tell } from './story.js';

/** What a failed command may not have left: sessions, worktrees, windows, branches. */
async function isUntouched(t: ExecutionContext, story: Story, branches = 1): Promise<void> {
  t.deepEqual(await readdir(join(story.actorHome, 'sessions')), []);
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
  t.is((await story.tmux('list-windows', '-a')).stdout, '');
  const list = await story.run('git', ['-C', story.repo, 'branch', '--format=%(refname:short)']);
  t.is(list.stdout.split('\n').filter(line => line !== '').length, branches, list.stdout);
}

async function refused(
  t: ExecutionContext,
  story: Story,
  args: (string | RunOptions)[],
  expected: { code: number; says: RegExp; hint?: RegExp },
): Promise<void> {
  const { code, stdout, stderr } = await story.actor(...args);
  t.is(code, expected.code, stderr);
  t.regex(stderr, expected.says);
  t.regex(stderr, /^actor: /m);
  if (expected.hint) t.regex(stderr, expected.hint);
  t.notRegex(stderr, /^\s+at /m, 'no stack trace');
  t.is(stdout, '');
}

const shell = ['--agent', 'shell'];

test('outside a git repository: exit 4, and how to do without', async t => {
  const story = await tell(t);
  const options = { cwd: story.home };
  await refused(t, story, ['new', 'a', ...shell, options], {
    code: 4,
    says: /no git repository/,
    hint: /^hint: actor new --no-worktree a$/m,
  });
  await isUntouched(t, story);
  await story.ok('new', 'a', ...shell, '--no-worktree', '-p', 'pwd', '--wait', options);
});

test('a bare repository without a commit', async t => {
  const story = await tell(t);
  const bare = join(story.root, 'bare');
  await story.run('git', ['init', '-q', '--bare', bare]);
  await refused(t, story, ['new', 'a', ...shell, { cwd: bare }], {
    code: 1,
    says: /no commit yet/,
    hint: /^hint: from a work tree with commits: git push \S+bare HEAD$/m,
  });
});

test('a repository without a commit', async t => {
  const story = await tell(t);
  const empty = join(story.root, 'empty');
  await story.run('git', ['init', '-q', empty]);
  await refused(t, story, ['new', 'a', ...shell, { cwd: empty }], {
    code: 1,
    says: /no commit yet/,
    hint: /git commit/,
  });
  await isUntouched(t, story);
});

test('a bare repository has worktrees as any other', async t => {
  const story = await tell(t);
  const bare = join(story.root, 'bare.git');
  await story.run('git', ['clone', '-q', '--bare', story.repo, bare]);
  t.is(await story.ok('new', 'a', ...shell, '-p', 'git branch --show-current', '--wait', { cwd: bare }), 'a');
});

test('a detached HEAD works, and is said', async t => {
  const story = await tell(t);
  await story.run('git', ['-C', story.repo, 'checkout', '-q', '--detach']);
  const { code, stderr } = await story.actor('new', 'a', ...shell);
  t.is(code, 0, stderr);
  t.regex(stderr, /branch a from [^m]/);
  t.regex((await story.show('a')).base?.ref ?? '', /^[0-9a-f]{40}$/);
});

test('a base that is missing, with what may have been meant', async t => {
  const story = await tell(t);
  const expected = { code: 2, says: /no branch, tag or commit 'mian'/, hint: /--base main/ };
  await refused(t, story, ['new', 'a', ...shell, '--base', 'mian'], expected);
  await isUntouched(t, story);
});

test('a branch that is checked out elsewhere', async t => {
  const story = await tell(t);
  await refused(t, story, ['new', 'a', ...shell, '--branch', 'main'], {
    code: 1,
    says: /checked out at .*repo/,
  });
  await isUntouched(t, story);
});

for (const name of ['fix/nav', '.hidden', '-x', 'a..b', 'a.lock', 'x'.repeat(65), 'main', 'Main-2', 'ä'])
  test(`no name: ${name.slice(0, 10)}`, async t => {
    const story = await tell(t);
    const { code, stderr } = await story.actor('new', ...shell, '--', name, 'true');
    t.is(code, 2, stderr);
    t.regex(stderr, /name/);
    t.deepEqual(await readdir(story.actorHome).catch(() => []), [], 'nothing was even started');
  });

test('a name that is taken, in any case', async t => {
  const story = await tell(t);
  await story.make('fix');
  for (const name of ['fix', 'FIX'])
    await refused(t, story, ['new', name, ...shell], {
      code: 2,
      says: /there is a session fix\nhint: actor run fix\n/,
    });
  const { stderr } = await story.actor('new', 'Fix', 'true', ...shell);
  t.regex(stderr, /there is a session fix\nhint: actor run fix "…"\n/);
  t.is((await story.list()).length, 1);
});

test('something in the way of the worktree', async t => {
  const story = await tell(t);
  await story.ok('list');
  await mkdir(join(story.actorHome, 'worktrees', 'a'));
  await writeFile(join(story.actorHome, 'worktrees', 'a', 'mine.txt'), 'mine');
  await refused(t, story, ['new', 'a', ...shell], { code: 1, says: /in the way/ });
  t.is(await readFile(join(story.actorHome, 'worktrees', 'a', 'mine.txt'), 'utf8'), 'mine');
  t.deepEqual(await readdir(join(story.actorHome, 'sessions')), []);
});

test('an agent that is not installed', async t => {
  const story = await tell(t);
  await refused(t, story, ['new', 'a', '--agent', 'claude'], {
    code: 1,
    says: /claude is not installed/,
    hint: /doctor/,
  });
  await refused(t, story, ['--detach', 'claude'], { code: 1, says: /claude is not installed/ });
  await isUntouched(t, story);
});

test('an agent that does not exist', async t => {
  const story = await tell(t);
  await refused(t, story, ['new', 'a', '--agent', 'hal'], { code: 2, says: /no agent hal/ });
  await isUntouched(t, story);
});

/** A PATH with the programs that are needed, and only those. */
async function pathOf(story: Story, programs: string[]): Promise<string> {
  const folder = join(story.root, 'only');
  await mkdir(folder);
  for (const program of programs) {
    const { stdout } = await story.run('sh', ['-c', `command -v ${program}`]);
    await symlink(stdout.trim(), join(folder, program));
  }
  return folder;
}

test('no tmux', async t => {
  const story = await tell(t);
  const PATH = await pathOf(story, ['node', 'git', 'bash', 'sh']);
  const options = { env: { PATH } };
  await refused(t, story, ['new', 'a', ...shell, '-p', 'true', options], {
    code: 1,
    says: /tmux/,
    hint: /doctor|install/,
  });
  t.deepEqual(await readdir(join(story.actorHome, 'sessions')), []);
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
});

test('a tmux that is too old', async t => {
  const story = await tell(t);
  await writeFile(
    join(story.bin, 'tmux'),
    '#!/bin/sh\n[ "$1" = -V ] && echo "tmux 2.9a" && exit 0\nexit 1\n',
    { mode: 0o755 },
  );
  await refused(t, story, ['new', 'a', ...shell, '-p', 'true'], { code: 1, says: /tmux 2\.9a.*3\.2/ });
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), []);
  const doctor = await story.actor('doctor');
  t.is(doctor.code, 1);
  t.regex(doctor.stdout, /2\.9a/);
});

test('a home whose socket path would be too long: said before anything is made', async t => {
  const story = await tell(t);
  const long = join(story.root, 'x'.repeat(100));
  await refused(t, story, ['list', { env: { ACTOR_HOME: long } }], { code: 2, says: /too long/ });
  t.false((await readdir(story.root)).includes('x'.repeat(100)));
});

test('a home on a read-only file system, or on one without room', async t => {
  const story = await tell(t);
  const mount = join(story.root, 'disk');
  await mkdir(mount);
  const mounted = await story.run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', mount]);
  if (mounted.code !== 0) return t.pass('no file system can be mounted here');
  t.teardown(() => story.run('umount', ['-l', mount]));
  const options = { env: { ACTOR_HOME: join(mount, 'h') } };
  await writeFile(join(mount, 'full'), Buffer.alloc(60_000)).catch(() => {});
  await appendFile(join(mount, 'full'), Buffer.alloc(8192)).catch(() => {});
  const full = await story.actor('list', options);
  t.is(full.code, 1);
  t.regex(full.stderr, /full|no room|ENOSPC|space/i);
  await story.run('mount', ['-o', 'remount,ro', mount]);
  const readOnly = await story.actor('list', { env: { ACTOR_HOME: join(mount, 'other') } });
  t.is(readOnly.code, 1);
  t.regex(readOnly.stderr, /read-only/i);
});

test('a home that belongs to somebody else', async t => {
  const story = await tell(t);
  await mkdir(story.actorHome);
  if (process.getuid?.() !== 0) return t.pass('only root can make one');
  await chown(story.actorHome, 12345, 12345);
  await refused(t, story, ['list'], { code: 1, says: /belongs to|owner|another user/ });
  t.deepEqual(await readdir(story.actorHome), []);
});

test('a broken session file disturbs no other, is told with its place, and is never overwritten', async t => {
  const story = await tell(t);
  await story.make('good');
  const broken = 'session "bad" {\n    agent "shell\n}\n';
  await writeFile(join(story.actorHome, 'sessions', 'bad.kdl'), broken);
  await story.killDaemon();
  t.deepEqual(
    (await story.list()).map(({ name }) => name),
    ['good'],
  );
  const { stdout } = await story.actor('doctor');
  t.regex(stdout, /bad\.kdl:2:\d+/);
  const { code, stderr } = await story.actor('new', 'bad', ...shell);
  t.not(code, 0, stderr);
  t.is(await readFile(join(story.actorHome, 'sessions', 'bad.kdl'), 'utf8'), broken);
  t.deepEqual(await readdir(join(story.actorHome, 'worktrees')), ['good']);
});

test('a torn and a broken line in the journal cost those lines only', async t => {
  const story = await tell(t);
  await story.make('fix', 'echo hi');
  await story.ok('wait', 'fix');
  await story.killDaemon();
  const [file] = await readdir(join(story.actorHome, 'journal'));
  await appendFile(join(story.actorHome, 'journal', file!), 'garbage\n{"kind":"event","ev');
  t.is((await story.show('fix')).message, 'hi');
  t.is(await story.ok('run', 'fix', 'echo on', '--wait'), 'on');
  // Now they stand in the middle.
  await story.killDaemon();
  t.is((await story.show('fix')).message, 'on');
  t.is((await story.show('fix')).last?.turn, 2);
});

test('a stale socket and a stale pid file stop nobody', async t => {
  const story = await tell(t);
  await story.ok('list');
  await story.killDaemon();
  await writeFile(join(story.actorHome, 'daemon.pid'), '1\n');
  t.is((await story.actor('list')).code, 0);
});

test('a socket that is no daemon’s is told, and not taken for one', async t => {
  const story = await tell(t);
  await mkdir(story.actorHome, { mode: 0o700 });
  const server = createServer(socket => socket.end('what?\n')).listen(join(story.actorHome, 'daemon.sock'));
  t.teardown(() => server.close());
  const { code, stderr } = await story.actor('list');
  t.is(code, 1);
  t.regex(stderr, /^actor: /m);
});

for (const [args, says] of [
  [['new', 'a', 'b', 'c'], /too many|c/],
  [['new'], /name or a prompt/],
  [['run'], /name/],
  [['run', 'x', 'y', 'z'], /z|too many/],
  [['list', '--jsno'], /--json/],
  [['lst'], /list/],
  [['stop'], /name/],
  [['new', 'a', '--timeout', '5s'], /--wait/],
  [['wait', '--timeout', 'soon'], /soon/],
  [['new', 'a', '--base'], /--base/],
  [['new', 'a', '--no-worktree', '--base', 'main'], /--no-worktree/],
  [['run', 'a', '--prompt', 'a\u0007b'], /control/],
  [[], /usage|command/i],
] as [string[], RegExp][])
  test(`wrong use: actor ${args.join(' ')}`, async t => {
    const story = await tell(t);
    const { code, stderr } = await story.actor(...args);
    t.is(code, args.length === 0 ? code : 2, stderr);
    t.regex(stderr === '' ? 'usage' : stderr, says);
    t.notRegex(stderr, /^\s+at /m);
    t.deepEqual(await readdir(story.actorHome).catch(() => []), []);
  });

for (const verb of ['run', 'show', 'stop', 'discard', 'queue', 'logs', 'peek', 'wait', 'down', 'attach'])
  test(`no such session: ${verb}`, async t => {
    const story = await tell(t);
    const args = verb === 'run' ? [verb, 'nobody', 'true'] : [verb, 'nobody'];
    const { code, stderr } = await story.actor(...args);
    // attach is refused earlier: a test is no terminal.
    t.is(code, verb === 'attach' ? 2 : 3, stderr);
  });

test('a home with too wide permissions is made private', async t => {
  const story = await tell(t);
  await mkdir(story.actorHome);
  await chmod(story.actorHome, 0o755);
  await story.ok('list');
  const { stdout } = await story.run('stat', [
    '-c',
    '%a',
    story.actorHome,
    join(story.actorHome, 'daemon.sock'),
  ]);
  t.is(stdout, '700\n600\n');
});
