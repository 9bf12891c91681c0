/** One real codex in a window, in embedded mode, with hooks that report all there is. */

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { type AgentWindow, newLaunch, openWindow, quoted } from './agent-window.js';

/** All events that codex 0.169 has hooks for. */
export const HOOK_EVENTS = [
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PermissionRequest',
  'PreCompact',
  'PostCompact',
  'SubagentStart',
  'SubagentStop',
  'Stop',
  'Interrupt',
  'PreModelRequest',
  'PostModelRequest',
] as const;

export interface CodexOptions {
  /** A short folder for everything; the socket of tmux is `<root>/t`. */
  root: string;
  dir: string;
  env: Record<string, string>;
  /** Words after `codex`, before our own options: `resume ID`. */
  command?: string[];
  args?: string[];
  prompt?: string;
  name?: string;
  width?: number;
  height?: number;
  /** What the hook of this event prints, the first time. */
  answers?: Partial<Record<(typeof HOOK_EVENTS)[number], string>>;
  /** Give codex the hash that makes it trust our hooks; true unless given. */
  hooksTrusted?: boolean;
}

export interface CodexWindow extends AgentWindow {
  /** The thread's id, from the lock that the program holds open from its start on; null before. */
  thread(): string | null;
  /** Waits until codex takes a prompt. */
  ready(): Promise<void>;
  /** Waits until the rollout has so many lines with this in them. */
  rolloutShows(text: string, count?: number): Promise<void>;
}

/** Starts codex in a window of its own. */
export function openCodex(options: CodexOptions): CodexWindow {
  const { root, dir } = options;
  const { launch, folder, home } = newLaunch(root);
  const name = options.name ?? launch;
  const env: Record<string, string> = {
    ...options.env,
    ACTOR_HOME: home,
    ACTOR_NAME: name,
    ACTOR_LAUNCH: launch,
  };
  const argv = [
    'codex',
    ...(options.command ?? []),
    '-c',
    `hooks=${hooksTable(folder, options)}`,
    ...(options.args ?? []),
    ...(options.prompt === undefined ? [] : ['--', options.prompt]),
  ];
  const { width, height } = options;
  const window = openWindow({
    ...{ root, dir, launch, name, argv, env },
    ...(width && height ? { width, height } : {}),
  });
  const thread = () => heldThread(window.pid);
  const transcript = () =>
    window.transcript() ?? rollout(join(env.HOME ?? '', '.codex', 'sessions'), thread());
  return {
    ...window,
    thread,
    transcript,
    async ready() {
      await window.screenShows(/^› [\s\S]*stub-model/m);
      await eventually(thread, id => id !== null);
    },
    async rolloutShows(text, count = 1) {
      const seen = () => (transcript() ?? '').split('\n').filter(line => line.includes(text)).length;
      await eventually(seen, number => number >= count, {
        timeout: 120_000,
        describe: () => window.screen(),
      });
    },
  };
}

/** Hooks that come with -c are trusted by the key of a file that is none, and by their hash. */
function hooksTable(folder: string, { answers = {}, hooksTrusted = true }: CodexOptions): string {
  const script = quoted(join(packageRoot, 'hooks', 'agent-event.sh'));
  const groups: string[] = [];
  const states: string[] = [];
  for (const event of HOOK_EVENTS) {
    let command = `${script} ${event}`;
    const answer = answers[event];
    if (answer !== undefined) {
      const file = join(folder, `${event}.sh`);
      const once = `[ -e "$0.done" ] || { : >"$0.done"; printf %s ${quoted(answer)}; }`;
      writeFileSync(file, `#!/bin/sh\n${command}\n${once}\n`);
      chmodSync(file, 0o700);
      command = file;
    }
    // Codex allows no more to these two, and would have another hash than we.
    const timeout = event === 'Interrupt' || event === 'SessionEnd' ? 3 : 30;
    groups.push(
      `${event}=[{hooks=[{type="command",command=${JSON.stringify(command)},timeout=${timeout}}]}]`,
    );
    const snake = event.replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase();
    const hook = { async: false, command, timeout, type: 'command' };
    const hash = createHash('sha256')
      .update(JSON.stringify({ event_name: snake, hooks: [hook] }))
      .digest('hex');
    states.push(`"/<session-flags>/config.toml:${snake}:0:0"={trusted_hash="sha256:${hash}"}`);
  }
  return `{${[...groups, ...(hooksTrusted ? [`state={${states.join(',')}}`] : [])].join(',')}}`;
}

function rollout(sessions: string, thread: string | null): string | null {
  if (thread === null || !existsSync(sessions)) return null;
  const files = readdirSync(sessions, { recursive: true, encoding: 'utf8' });
  const file = files.find(name => name.endsWith(`-${thread}.jsonl`));
  return file === undefined ? null : readFileSync(join(sessions, file), 'utf8');
}

/** Looks at what the process and its children hold open. */
function heldThread(pid: number): string | null {
  for (const each of [pid, ...childrenOf(pid)]) {
    for (const fd of list(`/proc/${each}/fd`)) {
      const id = /thread-writer-locks\/([0-9a-f-]{36})\.lock$/.exec(link(`/proc/${each}/fd/${fd}`))?.[1];
      if (id) return id;
    }
  }
  return null;
}

function childrenOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  } catch {
    return [];
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
