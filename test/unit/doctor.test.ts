import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Examination, examine } from '../../cli/daemon/actions/doctor.js';

/** A healthy world, in which single things are then broken. */
function worldFor(t: ExecutionContext): {
  input: Examination;
  home: string;
  proc: string;
  programs: Map<string, string>;
} {
  const root = mkdtempSync('/tmp/actor-doctor-');
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const home = join(root, 'home');
  const proc = join(root, 'proc');
  mkdirSync(join(home, 'sessions'), { recursive: true });
  chmodSync(home, 0o700);
  mkdirSync(join(proc, 'self'), { recursive: true });
  mkdirSync(join(proc, 'sys/fs/inotify'), { recursive: true });
  writeFileSync(
    join(proc, 'self/limits'),
    'Max open files            4096                 4096                 files\n',
  );
  writeFileSync(join(proc, 'sys/fs/inotify/max_user_watches'), '65536\n');
  writeFileSync(join(proc, 'sys/fs/inotify/max_user_instances'), '128\n');
  const programs = new Map([
    ['tmux -V', 'tmux 3.3a\n'],
    ['git --version', 'git version 2.39.5\n'],
    ['claude --version', '2.1.330 (Claude Code)\n'],
    ['codex --version', 'codex-cli 0.169.0\n'],
    ['bash --version', 'GNU bash, version 5.2.15(1)-release\nCopyright\n'],
    ['gh --version', 'gh version 2.60.0\n'],
  ]);
  const probe = async (program: string, args: string[]) => programs.get([program, ...args].join(' ')) ?? null;
  return { input: { home, project: null, env: {}, probe, proc, node: '20.19.0' }, home, proc, programs };
}

/** The findings that are not `ok`, without their long texts. */
async function troubles(input: Examination): Promise<string[]> {
  const findings = await examine(input);
  return findings.filter(({ level }) => level !== 'ok').map(({ topic, level }) => `${topic}: ${level}`);
}

test('a healthy world', async t => {
  const { input } = worldFor(t);
  const findings = await examine(input);
  t.deepEqual(
    findings.filter(({ level }) => level !== 'ok'),
    [],
  );
  t.deepEqual(
    findings.map(({ topic }) => topic),
    [
      'tmux',
      'git',
      'node',
      'claude',
      'codex',
      'bash',
      'gh',
      'home',
      'socket',
      'disk',
      'open files',
      'inotify watches',
      'inotify instances',
      'settings',
      'sessions',
    ],
  );
  t.is(findings.find(({ topic }) => topic === 'bash')?.text, 'GNU bash, version 5.2.15(1)-release');
});

const versions: [string, string, string][] = [
  ['tmux -V', 'tmux 3.2', ''],
  ['tmux -V', 'tmux 3.1c', 'tmux: error'],
  ['tmux -V', 'tmux 2.9', 'tmux: error'],
  ['tmux -V', 'tmux 10.0', ''],
  ['tmux -V', 'tmux next-3.6', ''],
  ['tmux -V', 'tmux master', ''],
  ['git --version', 'git version 2.17.1', 'git: error'],
  ['git --version', 'git version 2.50.1 (Apple Git-155)', ''],
  ['codex --version', 'codex-cli 0.168.1', 'codex: note'],
  ['codex --version', 'codex-cli 0.170.0', ''],
  ['claude --version', '1.0.99 (Claude Code)', 'claude: note'],
];
for (const [command, output, trouble] of versions)
  test(`versions: ${output}`, async t => {
    const { input, programs } = worldFor(t);
    programs.set(command, output);
    t.is((await troubles(input)).join(), trouble);
  });

test('an old node is an error', async t => {
  t.deepEqual(await troubles({ ...worldFor(t).input, node: '20.18.3' }), ['node: error']);
  t.deepEqual(await troubles({ ...worldFor(t).input, node: '22.0.0' }), []);
});

test('without its programs: what actor needs is an error, an agent is a note, each with what helps', async t => {
  const { input } = worldFor(t);
  const findings = await examine({ ...input, probe: () => Promise.reject(new Error('spawn ENOENT')) });
  const missing = findings.filter(({ text }) => text.startsWith('not found'));
  t.deepEqual(
    missing.map(({ topic, level }) => `${topic}: ${level}`),
    ['tmux: error', 'git: error', 'claude: note', 'codex: note', 'bash: note', 'gh: note'],
  );
  t.true(missing.every(({ fix }) => fix !== null));
});

test('an open home is a warning, and its fix mends it', async t => {
  const { input, home } = worldFor(t);
  chmodSync(home, 0o755);
  const findings = await examine(input);
  t.like(
    findings.find(({ topic }) => topic === 'home'),
    { level: 'warning', fix: `chmod 700 ${home}` },
  );
});

test('a home that is not there yet is a note, one with too long a path an error', async t => {
  const { input, home } = worldFor(t);
  t.deepEqual(await troubles({ ...input, home: join(home, 'later') }), ['home: note']);
  t.deepEqual(await troubles({ ...input, home: join(home, 'x'.repeat(90)) }), [
    'home: note',
    'socket: error',
  ]);
});

test('low limits are warnings; where the kernel tells none there is nothing to find', async t => {
  const { input, proc } = worldFor(t);
  writeFileSync(
    join(proc, 'self/limits'),
    'Max open files            256                 4096                 files\n',
  );
  writeFileSync(join(proc, 'sys/fs/inotify/max_user_watches'), '100\n');
  writeFileSync(join(proc, 'sys/fs/inotify/max_user_instances'), '8\n');
  t.deepEqual(await troubles(input), [
    'open files: warning',
    'inotify watches: warning',
    'inotify instances: warning',
  ]);
  const findings = await examine({ ...input, proc: join(proc, 'none') });
  t.is(findings.length, 12);
});

test('settings and sessions that do not parse are told with their place', async t => {
  const { input, home } = worldFor(t);
  writeFileSync(join(home, 'settings.kdl'), 'defaults "claude" {\n');
  writeFileSync(join(home, 'sessions/a.kdl'), 'session "a" {\n  agent 5\n}\n');
  writeFileSync(
    join(home, 'sessions/b.kdl'),
    'session "b" {\n  agent "shell"; dir "/"; created "2026-11-23T07:10:00Z"\n}\n',
  );
  const findings = (await examine(input)).filter(({ level }) => level !== 'ok');
  t.deepEqual(findings, [
    {
      topic: 'settings',
      level: 'error',
      text: `${home}/settings.kdl:1:19: this "{" is never closed`,
      fix: `$EDITOR ${home}/settings.kdl`,
    },
    {
      topic: 'sessions',
      level: 'warning',
      text: `${home}/sessions/a.kdl:2:9: "agent" is text: agent "5"`,
      fix: `$EDITOR ${home}/sessions/a.kdl`,
    },
  ]);
  writeFileSync(join(home, 'settings.kdl'), 'keys {\n  meun "C-a"\n}\n');
  const settings = (await examine(input)).find(({ topic }) => topic === 'settings');
  t.is(settings?.level, 'error');
  t.is(settings?.text, `${home}/settings.kdl:2:3: "meun" is not known in "keys": did you mean "menu"?`);
});

test('the settings of the repository that one is in are looked at too, as such', async t => {
  const { input, home } = worldFor(t);
  const project = join(home, 'project.kdl');
  const found = async () =>
    (await examine({ ...input, project })).filter(({ topic }) => topic === 'settings').slice(1);
  t.deepEqual(await found(), [], 'there are none');
  writeFileSync(project, 'hooks {\n  on-strat "x"\n}\n');
  const [broken] = await found();
  t.like(broken, { level: 'error', fix: `$EDITOR ${project}` });
  t.regex(broken!.text, /project\.kdl:2:3: "on-strat" is not known/);
  writeFileSync(project, 'hooks {\n  on-start "x"\n}\n');
  t.deepEqual(await found(), [{ topic: 'settings', level: 'ok', text: project, fix: null }]);
  writeFileSync(project, 'keys {\n  menu "C-a"\n}\n');
  t.is((await found())[0]?.level, 'error', 'keys are the person’s own');
});
