import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { listPanes } from '../../tmux/panes.js';
import { killServer, startServer } from '../../tmux/server.js';
import { Tmux, TmuxError } from '../../tmux/tmux.js';
import { compareVersions, OLDEST_VERSION, tmuxVersion } from '../../tmux/version.js';
import { serverPid, withServer, withTmux } from './setup.js';

test('a server without windows lives, starts once, and is not the file at its socket', async t => {
  const { tmux } = await withTmux(t);
  t.false(await tmux.isAnswering());
  t.is(await serverPid(tmux), null);
  t.is(await listPanes(tmux), null);

  await startServer(tmux, { '@actor_home': '/a b' });
  const pid = await serverPid(tmux);
  await startServer(tmux, { '@actor_home': '/c' });
  t.is(await serverPid(tmux), pid);
  t.is(await tmux.run(['show-options', '-gqv', '@actor_home']), '/c');
  t.deepEqual(await listPanes(tmux), []);
  t.is((await stat(tmux.socket)).mode & 0o777, 0o600);

  await killServer(tmux);
  await startServer(tmux, { '@actor_home': '/c' });
  t.is(await tmux.run(['show-options', '-gqv', '@actor_home']), '/c');

  await killServer(tmux);
  await killServer(tmux);
  t.is(await listPanes(tmux), null);
});

test('a socket file that a dead server left is no server, and does not hinder the next', async t => {
  const { tmux } = await withTmux(t);
  await startServer(tmux, {});
  const pid = (await serverPid(tmux))!;
  process.kill(pid, 'SIGKILL');
  const error = await t.throwsAsync(
    async () => {
      // The kill may take a moment to be done.
      for (;;) await tmux.run(['list-sessions']);
    },
    { instanceOf: TmuxError },
  );
  t.is(error.kind, 'no-server');
  t.true((await stat(tmux.socket)).isSocket());
  await startServer(tmux, {});
  t.not(await serverPid(tmux), pid);
});

test('a server that somebody else started is told as well', async t => {
  const { tmux } = await withTmux(t);
  await startServer(tmux, { '@actor_home': '/a' });
  await killServer(tmux);
  await tmux.start([['start-server'], ['set-option', '-s', 'exit-empty', 'off']]);
  await startServer(tmux, { '@actor_home': '/a' });
  t.is(await tmux.run(['show-options', '-gqv', '@actor_home']), '/a');
});

test('two starts at once give one server', async t => {
  const { tmux } = await withTmux(t);
  await Promise.all([startServer(tmux, { '@a': '1' }), startServer(tmux, { '@b': '2' })]);
  t.is(await tmux.run(['show-options', '-gqv', '@a']), '1');
  t.is(await tmux.run(['show-options', '-gqv', '@b']), '2');
});

test('no command but start brings a server up', async t => {
  const { tmux } = await withTmux(t);
  const error = await t.throwsAsync(tmux.run(['new-session', '-d']), { instanceOf: TmuxError });
  t.is(error.kind, 'no-server');
  t.is(error.subcommand, 'new-session');
  t.false(await tmux.isAnswering());
});

test('a secret in the caller’s environment is not in the server’s', async t => {
  const { arena, tmux } = await withTmux(t);
  const caller = new Tmux({
    socket: tmux.socket,
    config: tmux.config,
    environment: { ...arena.env, SECRET_KEY: 'hunter2', TMUX: '/x,1,0', LC_ALL: 'C' },
  });
  await startServer(caller, {});
  const environ = await readFile(`/proc/${await serverPid(tmux)}/environ`, 'utf8');
  t.true(environ.includes(`ACTOR_HOME=${arena.actorHome}\0`));
  t.notRegex(environ, /hunter2|TMUX=|LC_ALL/);
  t.notRegex(await tmux.run(['show-environment', '-g']), /hunter2/);
});

test('failures have their kind', async t => {
  const { tmux, arena } = await withServer(t);
  const missing = new Tmux({ socket: tmux.socket, config: tmux.config, program: '/nonexistent/tmux' });
  const kind = async (work: Promise<unknown>) => (await t.throwsAsync(work, { instanceOf: TmuxError })).kind;
  t.is(await kind(missing.run(['list-sessions'])), 'not-installed');
  t.is(await kind(tmux.run(['no-such-command'])), 'failed');
  t.is(await kind(tmux.run(['wait-for', 'never'], { timeoutMs: 100 })), 'timeout');
  const elsewhere = new Tmux({ socket: join(arena.root, 'none'), config: tmux.config });
  t.is(await kind(elsewhere.run(['list-sessions'])), 'no-server');
});

test('the user’s configuration is read last, but not over what actor rests on', async t => {
  const { arena, tmux } = await withTmux(t);
  const userConfig = join(arena.actorHome, 'tmux.conf');
  await writeFile(
    userConfig,
    'set -g history-limit 77\nset -s exit-empty on\nset -wg remain-on-exit off\nset -g update-environment SECRET\n',
  );
  const users = new Tmux({ socket: tmux.socket, config: tmux.config, userConfig, environment: arena.env });
  await startServer(users, {});
  t.is(await tmux.run(['show-options', '-gv', 'history-limit']), '77');
  t.is(await tmux.run(['show-options', '-sv', 'exit-empty']), 'off');
  t.is(await tmux.run(['show-options', '-gwv', 'remain-on-exit']), 'on');
});

test('the configuration has no errors', async t => {
  const { tmux } = await withServer(t);
  await tmux.run(['source-file', tmux.config]);
  t.pass();
});

test('the installed tmux is new enough; a program that is none has no version', async t => {
  const found = await tmuxVersion();
  t.true(found !== null && compareVersions(found.version, OLDEST_VERSION) >= 0);
  t.is(await tmuxVersion('/nonexistent/tmux'), null);
  t.is(await tmuxVersion('true'), null);
});
