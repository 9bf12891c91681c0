/** What the stories of this folder share: a person at a command line, with shells as agents, in a world of their own. */
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { ActorEvent, QueuedPrompt, SessionDetail, SessionView } from '../../cli/protocol.js';
import { type Arena, type RunOptions, type RunResult, withArena } from '../helpers/arena.js';
import { look } from '../helpers/look.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

export interface Story extends Arena {
  repo: string;
  /** Runs `actor` in the repository; fails the test unless it ends with 0. @returns its stdout, without the last newline. */
  ok(...args: (string | RunOptions)[]): Promise<string>;
  /** Runs `actor` in the repository, whatever its exit code. */
  actor(...args: (string | RunOptions)[]): Promise<RunResult>;
  /** `new` of a shell session; `args` as for `actor new`. @returns its name. */
  make(...args: (string | RunOptions)[]): Promise<string>;
  list(): Promise<SessionView[]>;
  show(name: string): Promise<SessionDetail>;
  queue(name: string): Promise<QueuedPrompt[]>;
  events(...args: string[]): Promise<ActorEvent[]>;
  /** Until `show --json` of this session satisfies. */
  until(name: string, isSo: (session: SessionDetail) => boolean): Promise<SessionDetail>;
  /** The private tmux server. */
  tmux(...args: string[]): Promise<RunResult>;
  /** Presses keys in a session's window, as a person who is attached to it. */
  press(name: string, ...keys: string[]): Promise<void>;
  type(name: string, text: string): Promise<void>;
  /** The content of a file in HOME; '' when there is none. */
  file(name: string): Promise<string>;
  /** The pid of the daemon as its file says. */
  daemonPid(): Promise<number>;
  /** Kills the daemon the hard way. */
  killDaemon(): Promise<void>;
  /** Replaces the daemon by one that dies at this point. */
  arm(fault: string): Promise<void>;
  /** The lines that main was told, once nothing waits for it any more. */
  told(): Promise<string[]>;
}

/** A world with one repository. `actor` is on its PATH, for what runs inside windows. */
export async function tell(t: ExecutionContext): Promise<Story> {
  const arena = await withArena(t);
  const repo = await arena.repository();
  await symlink(join(packageRoot, 'dist', 'actor.cjs'), join(arena.bin, 'actor'));

  const actor: Story['actor'] = (...args) => {
    const last = args.at(-1);
    const options = typeof last === 'object' ? last : {};
    const words = args.filter((word): word is string => typeof word === 'string');
    return arena.actor(...words, { cwd: repo, ...options });
  };
  const ok: Story['ok'] = async (...args) => {
    const { code, stdout, stderr } = await actor(...args);
    if (code !== 0) throw new Error(`actor ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
    return stdout.replace(/\n$/, '');
  };
  const json = async <Value>(...args: string[]) => JSON.parse(await ok(...args, '--json')) as Value;
  const show = (name: string) => look(arena, 'show', { name });
  const tmux = (...args: string[]) => arena.run('tmux', ['-S', join(arena.actorHome, 'tmux.sock'), ...args]);
  const keys = async (name: string, ...rest: string[]) => {
    const { window } = await show(name);
    const result = await tmux('send-keys', '-t', window ?? '', ...rest);
    if (result.code !== 0) throw new Error(`send-keys: ${result.stderr}`);
  };
  const daemonPid = async () => Number(await readFile(join(arena.actorHome, 'daemon.pid'), 'utf8'));

  return {
    ...arena,
    repo,
    actor,
    ok,
    make: (...args) => ok('new', '--agent', 'shell', ...args),
    list: () => look(arena, 'list', { status: null }),
    show,
    queue: name => json('queue', name),
    events: async (...args) =>
      (await ok('events', '--json', ...args))
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as ActorEvent),
    until: (name, isSo) =>
      eventually(
        () => show(name),
        session => isSo(session),
        { every: 100 },
      ),
    tmux,
    press: (name, ...names) => keys(name, ...names),
    type: (name, text) => keys(name, '-l', '--', text),
    file: name => readFile(join(arena.home, name), 'utf8').catch(() => ''),
    daemonPid,
    async killDaemon() {
      const pid = await daemonPid();
      process.kill(pid, 'SIGKILL');
      await eventually(
        () => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
        stat => !/\) [^ZX]/.test(stat),
      );
    },
    async arm(fault) {
      await ok('daemon', 'stop');
      await ok('daemon', 'start', { env: { ACTOR_FAULT: fault } });
    },
    async told() {
      await eventually(
        async () => {
          await ok('run', 'main', 'true', '--wait');
          return (await show('main')).waiting_events;
        },
        waiting => waiting === 0,
        { every: 100 },
      );
      return linesTold(arena.actorHome);
    },
  };
}

/** What stands in the records of terminals, as far as it was told by actor. */
async function linesTold(actorHome: string): Promise<string[]> {
  const lines: string[] = [];
  const folder = join(actorHome, 'run');
  for (const file of (await readdir(folder, { recursive: true })).sort()) {
    if (!/output\.\d+$/.test(file)) continue;
    const text = await readFile(join(folder, file), 'utf8');
    for (const line of text.split(/\r?\n/)) {
      const begin = line.indexOf('[actor] ');
      if (begin >= 0) lines.push(line.slice(begin));
    }
  }
  return lines;
}
