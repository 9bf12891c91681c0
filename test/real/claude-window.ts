/** One real claude in a private tmux server, started just as the adapter says, with what it reports laid open. */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claude } from '../../cli/agents/claude.js';
import type { Definition } from '../../cli/domain/definition.js';
import { definitionOf } from '../helpers/definition.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';

export interface ReportedHook {
  /** Milliseconds since the epoch, by the file's modification time. */
  at: number;
  event: string;
  payload: Record<string, unknown>;
}

export interface ClaudeWindow {
  name: string;
  pid: number;
  /** Pastes and presses Enter at once, as the daemon does. */
  submit(text: string): void;
  paste(text: string): void;
  keys(...names: string[]): void;
  /** The visible screen with escape sequences. */
  screen(): string;
  cursor(): { cursorX: number; cursorY: number };
  state(): Record<string, unknown> | null;
  stateIs(...statuses: string[]): Promise<void>;
  hooks(): ReportedHook[];
  hookSeen(event: string, count?: number): Promise<void>;
  transcript(): string | null;
  end(): void;
}

export interface WindowOptions {
  /** A short folder for everything; the socket of tmux is `<root>/t`. */
  root: string;
  dir: string;
  env: Record<string, string>;
  args?: string[];
  name?: string;
  prompt?: string;
  resume?: string;
  width?: number;
  height?: number;
}

let windows = 0;

/** Starts claude in a window of its own; use {@link ClaudeWindow.stateIs} to wait until it is ready. */
export function openClaude(options: WindowOptions): ClaudeWindow {
  const { root, dir, env } = options;
  const launch = `launch-${++windows}`;
  const folder = join(root, 'run', launch);
  const home = join(root, 'actor');
  for (const each of [folder, join(home, 'inbox')]) mkdirSync(each, { recursive: true });
  const name = options.name ?? launch;
  const plan = claude.launch({
    definition: { ...DEFINITION, name, dir, args: options.args ?? [], conversation: options.resume ?? null },
    places: { home, hooks: join(packageRoot, 'hooks'), templates: join(packageRoot, 'templates'), mcp: [] },
    launch,
    folder,
    env,
    resume: options.resume !== undefined,
    prompt: options.prompt ?? null,
    systemPrompt: null,
    files: {},
  });
  for (const file of plan.files) writeFileSync(file.path, file.content, { mode: 0o600 });
  const run = join(folder, 'run.sh');
  const variables = Object.entries({ ...env, ...plan.env }).map(
    ([key, value]) => `export ${key}=${quoted(value)}`,
  );
  writeFileSync(run, `#!/bin/sh\n${variables.join('\n')}\nexec ${plan.argv.map(quoted).join(' ')}\n`);
  chmodSync(run, 0o700);

  const tmux = (words: string[], input?: string) =>
    execFileSync('tmux', ['-u', '-S', join(root, 't'), '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { ...env, PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      ...(input === undefined ? {} : { input }),
    });
  const size = ['-x', String(options.width ?? 100), '-y', String(options.height ?? 30)];
  tmux([
    'new-session',
    '-d',
    '-s',
    launch,
    ...size,
    '-c',
    dir,
    run,
    ';',
    'set',
    '-w',
    'remain-on-exit',
    'on',
  ]);
  // Else the server ends with its last window, perhaps just when the next one is asked for.
  tmux(['set', '-s', 'exit-empty', 'off']);
  const ask = (format: string) => tmux(['display-message', '-p', '-t', launch, format]).trim();
  const pid = Number(ask('#{pane_pid}'));

  const window: ClaudeWindow = {
    name,
    pid,
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
    cursor() {
      const [x, y] = ask('#{cursor_x} #{cursor_y}').split(' ');
      return { cursorX: Number(x), cursorY: Number(y) };
    },
    state() {
      try {
        return JSON.parse(readFileSync(join(env.HOME ?? '', '.claude', 'sessions', `${pid}.json`), 'utf8'));
      } catch {
        return null;
      }
    },
    async stateIs(...statuses) {
      const describe = () => window.screen();
      await eventually(
        () => String(window.state()?.status),
        status => statuses.includes(status),
        { describe },
      );
    },
    hooks: () => readHooks(join(home, 'inbox'), launch),
    async hookSeen(event, count = 1) {
      const seen = () => window.hooks().filter(hook => hook.event === event).length;
      await eventually(seen, number => number >= count, { describe: () => window.screen() });
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

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const DEFINITION: Definition = definitionOf({ name: 'x', dir: '/' });
