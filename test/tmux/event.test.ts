import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { attachArgv } from '../../tmux/clients.js';
import { startServer } from '../../tmux/server.js';
import { openWindow, pokeDeadPane } from '../../tmux/window.js';
import { withArena } from '../helpers/arena.js';
import { packageRoot } from '../helpers/root.js';
import { openTerminal } from '../helpers/terminal.js';
import { eventually } from '../helpers/wait.js';
import { withServer, withTmux } from './setup.js';

const script = join(packageRoot, 'hooks', 'tmux-event.sh');

async function events(inbox: string): Promise<unknown[]> {
  const names = (await readdir(inbox)).filter(name => name.endsWith('.json'));
  return Promise.all(names.map(async name => JSON.parse(await readFile(join(inbox, name), 'utf8'))));
}

test('an event is one whole file, private, of ids only', async t => {
  const arena = await withArena(t);
  const inbox = join(arena.root, `in #{x} 'box"`);
  await mkdir(inbox);
  const told = await arena.run('/bin/sh', [script, inbox, 'pane-died', '%5']);
  t.deepEqual(told, { code: 0, stdout: '', stderr: '' });
  t.deepEqual(await events(inbox), [{ kind: 'tmux', event: 'pane-died', pane: '%5' }]);
  const list = await arena.run('ls', ['-lA', inbox]);
  t.regex(list.stdout, /^-rw------- .*tmux-\S+\.json\n$/m);
});

test('what is no id is left out, and nothing makes the caller fail', async t => {
  const arena = await withArena(t);
  const inbox = join(arena.root, 'inbox');
  t.is((await arena.run('/bin/sh', [script, inbox, 'pane-died', '%5'])).code, 0);
  t.is((await arena.run('/bin/sh', [script])).code, 0);
  await mkdir(inbox);
  t.is((await arena.run('/bin/sh', [script, inbox, 'pane-died', '%5","x":"$(id)'])).code, 0);
  t.is((await arena.run('/bin/sh', [script, inbox, 'Evil"', '%5'])).code, 0);
  t.deepEqual(await events(inbox), [{ kind: 'tmux', event: 'pane-died', pane: '' }]);
  t.is((await readdir(inbox)).length, 1);
});

test('the death of a pane is told', async t => {
  const { inbox, tmux, open } = await withServer(t);
  const { pane } = await open('short', ['/bin/sh', '-c', 'exit 3']);
  const all = await eventually(
    async () => {
      // Now and then tmux misses it until another child ends.
      await pokeDeadPane(tmux);
      return events(inbox);
    },
    list => list.length > 0,
  );
  t.deepEqual(all, [{ kind: 'tmux', event: 'pane-died', pane }]);
});

test('clients that come and go are told, in a home with any characters in its path', async t => {
  const { arena, tmux } = await withTmux(t);
  const home = join(arena.root, `it's #{pid} $x`);
  const inbox = join(home, 'inbox');
  await mkdir(inbox, { recursive: true });
  await startServer(tmux, { '@actor_home': home, '@actor_hooks': join(packageRoot, 'hooks') });
  const { window } = await openWindow(tmux, {
    name: 'w',
    dir: arena.home,
    argv: ['sleep', '300'],
    options: { '@actor_launch': '1' },
  });
  const terminal = await openTerminal(t, arena, attachArgv(tmux, window));
  const kinds = async () =>
    ((await events(inbox)) as { event: string }[]).map(({ event }) => event).toSorted();
  await eventually(kinds, list => list.includes('client-session-changed'));
  await terminal.press('C-q');
  await eventually(kinds, list => list.includes('client-detached'));
  t.pass();
});
