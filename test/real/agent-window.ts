/** One real agent in a private tmux server, with what its hooks report laid open. */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { PaneFacts } from '../../cli/agents/agent.js';
import { eventually } from '../helpers/wait.js';

export interface ReportedHook {
  /** Milliseconds since the epoch, by the file's modification time. */
  at: number;
  event: string;
  payload: Record<string, unknown>;
}

export interface AgentWindow {
  name: string;
  /** The window's process. */
  pid: number;
  /** Pastes and presses Enter at once, as the daemon does. */
  submit(text: string): void;
  paste(text: string): void;
  keys(...names: string[]): void;
  /** The visible screen with escape sequences. */
  screen(): string;
  facts(): PaneFacts;
  hooks(): ReportedHook[];
  hookSeen(event: string, count?: number): Promise<void>;
  screenShows(pattern: RegExp): Promise<void>;
  /** The file that the newest hook names as the transcript; null before. */
  transcript(): string | null;
  end(): void;
}

export interface Opening {
  /** A short folder for everything; the socket of tmux is `<root>/t`. */
  root: string;
  dir: string;
  /** Names the tmux session, and by ACTOR_LAUNCH in `env` the files of the hooks. */
  launch: string;
  name: string;
  argv: string[];
  env: Record<string, string>;
  width?: number;
  height?: number;
}

let launches = 0;

/** A name for the next start, and the folders that its hooks and its start need. */
export function newLaunch(root: string): { launch: string; folder: string; home: string } {
  const launch = `launch-${++launches}`;
  const folder = join(root, 'run', launch);
  const home = join(root, 'actor');
  for (const each of [folder, join(home, 'inbox')]) mkdirSync(each, { recursive: true });
  return { launch, folder, home };
}

/** Starts an agent in a window of its own. */
export function openWindow({ root, dir, launch, name, argv, env, width, height }: Opening): AgentWindow {
  const run = join(root, 'run', launch, 'run.sh');
  const variables = Object.entries(env).map(([key, value]) => `export ${key}=${quoted(value)}`);
  writeFileSync(run, `#!/bin/sh\n${variables.join('\n')}\nexec ${argv.map(quoted).join(' ')}\n`);
  chmodSync(run, 0o700);

  const tmux = (words: string[], input?: string) =>
    execFileSync('tmux', ['-u', '-S', join(root, 't'), '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { ...env, PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      ...(input === undefined ? {} : { input }),
    });
  const size = ['-x', String(width ?? 100), '-y', String(height ?? 30)];
  const remain = [';', 'set', '-w', 'remain-on-exit', 'on'];
  tmux(['new-session', '-d', '-s', launch, ...size, '-c', dir, run, ...remain]);
  // Else the server ends with its last window, perhaps just when the next one is asked for.
  tmux(['set', '-s', 'exit-empty', 'off']);
  const ask = (format: string) => tmux(['display-message', '-p', '-t', launch, format]).trim();

  const window: AgentWindow = {
    name,
    pid: Number(ask('#{pane_pid}')),
    submit(text) {
      window.paste(text);
      window.keys('Enter');
    },
    paste(text) {
      tmux(
        ['load-buffer', '-b', 'prompt', '-', ';', 'paste-buffer', '-dpr', '-b', 'prompt', '-t', launch],
        text,
      );
    },
    keys: (...names) => void tmux(['send-keys', '-t', launch, ...names]),
    screen: () => tmux(['capture-pane', '-e', '-p', '-t', launch]),
    facts() {
      const numbers = '#{cursor_x} #{cursor_y} #{pane_width} #{pane_height} #{alternate_on}';
      const [x, y, wide, high, alternate, command, ...title] = ask(
        `${numbers} #{pane_current_command} #{pane_title}`,
      ).split(' ');
      return {
        cursorX: Number(x),
        cursorY: Number(y),
        width: Number(wide),
        height: Number(high),
        command: command!,
        title: title.join(' '),
        titled: title.join(' ') !== hostname(),
        alternateScreen: alternate === '1',
      };
    },
    hooks: () => readHooks(join(root, 'actor', 'inbox'), launch),
    async hookSeen(event, count = 1) {
      const seen = () => window.hooks().filter(hook => hook.event === event).length;
      await eventually(seen, number => number >= count, { describe: () => window.screen() });
    },
    async screenShows(pattern) {
      await eventually(
        () => tmux(['capture-pane', '-p', '-t', launch]),
        screen => pattern.test(screen),
      );
    },
    transcript() {
      const path = window.hooks().at(-1)?.payload.transcript_path;
      try {
        return readFileSync(String(path), 'utf8');
      } catch {
        return null;
      }
    },
    end: () => void tmux(['kill-session', '-t', launch]),
  };
  return window;
}

/** Ends the tmux server of `root` and all that runs in it; none runs when the last window was ended. */
export function endServer(root: string): void {
  spawnSync('tmux', ['-S', join(root, 't'), 'kill-server'], { stdio: 'ignore' });
}

function readHooks(inbox: string, launch: string): ReportedHook[] {
  return readdirSync(inbox)
    .filter(file => file.startsWith(`${launch}-`))
    .map(file => {
      const [head, ...rest] = readFileSync(join(inbox, file), 'utf8').split('\n');
      const { event } = JSON.parse(head!) as { event: string };
      return { at: statSync(join(inbox, file)).mtimeMs, event, payload: JSON.parse(rest.join('\n')) };
    })
    .sort((one, other) => one.at - other.at);
}

/** A word of sh that is just this text. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
