/** Settings as a person meets them: in what a session is made with, in errors, and in what a repository may not do by itself. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually } from '../helpers/wait.js';
import { type Story, tell } from './story.js';

/** A claude that only says how it was started. */
async function fakeClaude(story: Story): Promise<void> {
  await writeFile(
    join(story.bin, 'claude'),
    '#!/bin/sh\n{ env; for word; do printf "arg:%s\\n" "$word"; done; } >"$HOME/started-$ACTOR_NAME.new"\nmv "$HOME/started-$ACTOR_NAME.new" "$HOME/started-$ACTOR_NAME"\nexec tail -f /dev/null\n',
  );
  await chmod(join(story.bin, 'claude'), 0o755);
}

const started = (story: Story, name: string) =>
  eventually(
    () => story.file(`started-${name}`),
    text => text !== '',
  );

async function userSettings(story: Story, text: string): Promise<void> {
  await mkdir(story.actorHome, { recursive: true, mode: 0o700 });
  await writeFile(join(story.actorHome, 'settings.kdl'), text);
}

async function projectSettings(story: Story, text: string): Promise<string> {
  await mkdir(join(story.repo, '.actor'), { recursive: true });
  const file = join(story.repo, '.actor', 'settings.kdl');
  await writeFile(file, text);
  return file;
}

test('a role gives agent, identity and configuration, fixed in the session file', async t => {
  const story = await tell(t);
  await fakeClaude(story);
  await userSettings(
    story,
    'defaults "claude" { config permission-mode="auto" effort="low"; use-subscription #true }\nrole "reviewer" { agent "claude"; prompt "You review."; config model="opus" }\n',
  );
  const env = { ANTHROPIC_API_KEY: 'secret-key' };
  await story.ok('new', 'rev', '--role', 'reviewer', '--config', 'effort=high', { env });
  const file = await readFile(join(story.actorHome, 'sessions', 'rev.kdl'), 'utf8');
  t.regex(file, /^ {4}role "reviewer"$/m);
  t.regex(file, /^ {4}prompt "You review\."$/m);
  t.regex(file, /^ {4}config effort="high" model="opus" permission-mode="auto"$/m);

  // What the settings say later is not for a session that exists.
  await userSettings(story, '');
  await story.ok('run', 'rev', 'hello', { env });
  const said = await started(story, 'rev');
  t.regex(said, /^arg:--append-system-prompt\narg:You review\.$/m);
  t.regex(said, /^arg:--model\narg:opus$/m);
  t.regex(said, /^arg:--effort\narg:high$/m);
  t.notRegex(said, /secret-key/);
});

test('main has the coordinator’s prompt until the role main has another', async t => {
  const story = await tell(t);
  await fakeClaude(story);
  await story.ok('--detach', 'claude');
  t.regex(await started(story, 'main'), /^arg:# You coordinate/m);
  await story.ok('down', 'main');
  await userSettings(story, 'role "main" { prompt "Be brief."; config model="opus" }\n');
  await writeFile(join(story.home, 'started-main'), '');
  await story.ok('--detach', 'claude');
  const said = await started(story, 'main');
  t.regex(said, /^arg:--append-system-prompt\narg:Be brief\.$/m);
  t.regex(said, /^arg:--model\narg:opus$/m);
});

test('a mistake in the settings is told with its place, and nothing is made', async t => {
  const story = await tell(t);
  await userSettings(story, 'hooks {\n  on-strat "npm ci"\n}\n');
  const { code, stderr } = await story.actor('new', 'x', '--agent', 'shell');
  t.is(code, 1);
  t.is(
    stderr,
    `actor: ${story.actorHome}/settings.kdl:2:3: "on-strat" is not known in "hooks": did you mean "on-start"?\n`,
  );
  t.deepEqual(await story.list(), []);
  t.is((await story.run('git', ['-C', story.repo, 'branch', '--list', 'x'])).stdout, '');
  await userSettings(story, 'hooks { }\n');
  await story.make('x');
});

test('a role or an agent that there is not', async t => {
  const story = await tell(t);
  await userSettings(story, 'role "odd" { agent "nobody" }\n');
  const role = await story.actor('new', 'x', '--role', 'old');
  t.is(role.code, 2);
  t.regex(role.stderr, /^actor: no role "old"\nhint: did you mean odd\?$/m);
  const agent = await story.actor('new', 'x', '--role', 'odd');
  t.is(agent.code, 2);
  t.regex(agent.stderr, /^actor: no agent nobody$/m);
  t.deepEqual(await story.list(), []);
});

test('a repository’s settings run nothing before the user’s word, which counts for that content only', async t => {
  const story = await tell(t);
  const file = await projectSettings(
    story,
    'role "r" { agent "shell"; description "D"; config model="m" }\n',
  );
  const before = await story.actor('new', 'a', '--role', 'r', '--agent', 'shell');
  t.is(before.code, 0);
  t.regex(before.stderr, /not used until you allow it: agent of role r of .*settings\.kdl \(actor trust\)/);

  const asked = await story.actor('trust');
  t.is(asked.code, 2);
  t.regex(asked.stderr, /hint: read the file, then: actor trust --yes/);
  t.is(await story.ok('trust', '--yes'), `${file} is trusted`);
  t.is(await story.ok('trust', '--list'), file);
  const after = await story.actor('new', 'b', '--role', 'r');
  t.is(after.code, 0, after.stderr);
  t.notRegex(after.stderr, /not used/);
  t.is((await story.show('b')).agent, 'shell');

  await projectSettings(story, 'role "r" { agent "shell"; description "changed" }\n');
  t.regex((await story.actor('new', 'c', '--role', 'r', '--agent', 'shell')).stderr, /not used until/);
  t.is(await story.ok('trust', '--list'), `${file}  (changed since)`);
  t.is(await story.ok('trust', '--revoke'), `${file} is not trusted`);
  t.is(await story.ok('trust', '--list'), '');

  await projectSettings(story, 'keys { menu "C-a" }\n');
  const personal = await story.actor('new', 'd', '--agent', 'shell');
  t.is(personal.code, 1);
  t.regex(personal.stderr, /settings\.kdl:1:1: "keys" does not stand in a repository's settings/);
});

test('trust is given at a terminal after a look', async t => {
  const story = await tell(t);
  await projectSettings(story, 'default-agent "shell"\n');
  const script = `actor trust; echo "exit $?" >"$HOME/trust-exit"`;
  const start = [
    '-x',
    '120',
    '-y',
    '40',
    '-c',
    story.repo,
    `PATH='${story.env.PATH}' sh -c '${script}'; sleep 600`,
  ];
  const outer = (...args: string[]) => story.run('tmux', ['-L', 'outer', '-f', '/dev/null', ...args]);
  t.is((await outer('new-session', '-d', ...start)).code, 0);
  t.teardown(() => outer('kill-server'));
  await eventually(
    async () => (await outer('capture-pane', '-p')).stdout,
    screen => /default-agent "shell"[\s\S]*\[y\/N\]/.test(screen),
  );
  await outer('send-keys', 'y', 'Enter');
  t.is(
    await eventually(
      () => story.file('trust-exit'),
      text => text !== '',
    ),
    'exit 0\n',
  );
  await story.ok('new', 'x');
  t.is((await story.show('x')).agent, 'shell');
});

test('keys of the settings count from the next attach on', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await userSettings(story, 'keys { menu "C-a"; quit #null }\n');
  const outer = (...args: string[]) => story.run('tmux', ['-L', 'outer', '-f', '/dev/null', ...args]);
  const command = `PATH='${story.env.PATH}' actor attach; sleep 600`;
  t.is((await outer('new-session', '-d', '-x', '100', '-y', '30', '-c', story.repo, command)).code, 0);
  t.teardown(() => outer('kill-server'));
  await eventually(
    async () => (await outer('capture-pane', '-p')).stdout,
    screen => screen.includes('C-a menu'),
  );
  t.notRegex((await story.tmux('list-keys', '-T', 'root')).stdout, / C-[qz] /);
});

test('a broken settings file does not keep a person from attaching', async t => {
  const story = await tell(t);
  await story.ok('--detach', 'shell');
  await userSettings(story, 'keys {\n');
  const plan = await story.actor('attach');
  t.is(plan.code, 2);
  t.regex(plan.stderr, /terminal/);
  t.regex(
    (await story.actor('new', 'x', '--agent', 'shell')).stderr,
    /settings\.kdl:1:6: this "\{" is never closed/,
  );
  await story.ok('list');
});
