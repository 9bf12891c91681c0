/**
 * The caller's environment for a launch to come: agents run with the PATH and keys of the person who asked. It lies in a
 * 0600 file until the launch, since the daemon may die in between.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { placeInside } from '../../tmux/clients.js';
import { mainOf } from '../domain/event.js';
import type { Caller } from '../protocol.js';
import { replaceFile } from '../store/files.js';
import type { Daemon } from './context.js';

function fileOf(daemon: Daemon, name: string): string {
  return path.join(daemon.places.run, `environment-${name}.json`);
}

/** Keeps it for this session's next launch; undefined: what was kept before stays. @throws Failure when it cannot be written */
export function keepEnvironment(daemon: Daemon, name: string, env: Record<string, string> | undefined): void {
  if (!env) return;
  mkdirSync(daemon.places.run, { recursive: true, mode: 0o700 });
  replaceFile(fileOf(daemon, name), JSON.stringify(env));
}

/** What was kept for this session; else the daemon's own environment, which is that of whoever started it. */
export function callerEnvironment(daemon: Daemon, name: string): Record<string, string> {
  return read(fileOf(daemon, name)) ?? ownEnvironment();
}

/**
 * The environment of the person who asks. A popup of the menu has tmux's own, which lacks the person's PATH and keys; then it
 * is that of the main of this place, as the kernel keeps it (where it does: Linux), else of the popup.
 */
export async function personEnvironment(
  daemon: Daemon,
  caller: Caller,
  place: { repo: string | null; dir: string },
): Promise<Record<string, string> | undefined> {
  const { env } = caller;
  const inside = env && placeInside(daemon.tmux, env);
  if (!inside || !('session' in inside)) return env;
  return (await environmentOfMain(daemon, place)) ?? env;
}

/** For what is done on nobody's request: the environment of this place's main, else the daemon's own. */
export async function environmentAt(
  daemon: Daemon,
  place: { repo: string | null; dir: string },
): Promise<Record<string, string>> {
  return (await environmentOfMain(daemon, place)) ?? ownEnvironment();
}

/** As its main was started with it, without what actor and tmux have put there; null: none runs, or it cannot be told. */
async function environmentOfMain(
  daemon: Daemon,
  place: { repo: string | null; dir: string },
): Promise<Record<string, string> | null> {
  const pid = mainOf(daemon.ledger.world, place)?.launch?.pid;
  if (!pid) return null;
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const entries = text.split('\0').flatMap(line => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    return name === undefined || /^(ACTOR_|TMUX)/.test(name) ? [] : [[name, value ?? '']];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

/** For the hooks of a prompt's turn: its agent may have been started by somebody else. */
export function keepPromptEnvironment(daemon: Daemon, prompt: string, env: Record<string, string>): void {
  replaceFile(promptFile(daemon, prompt), JSON.stringify(env));
}

/** What was kept with this prompt; else as {@link callerEnvironment}, as for a turn that a person began. */
export function promptEnvironment(
  daemon: Daemon,
  name: string,
  prompt: string | null,
): Record<string, string> {
  return (prompt && read(promptFile(daemon, prompt))) || callerEnvironment(daemon, name);
}

/** Those of prompts that wait no more, and are in no turn. */
export function forgetPromptEnvironments(daemon: Daemon): void {
  const sessions = [...daemon.ledger.world.sessions.values()];
  const live = new Set(
    sessions.flatMap(({ queue, turn }) => [
      ...queue.map(({ id }) => id),
      ...(turn ? [turn.promptId, ...turn.joined] : []),
    ]),
  );
  for (const file of readdirSync(daemon.places.run)) {
    const prompt = /^prompt-(p\d+)\.json$/.exec(file)?.[1];
    if (prompt && !live.has(prompt)) rmSync(path.join(daemon.places.run, file), { force: true });
  }
}

function promptFile(daemon: Daemon, prompt: string): string {
  return path.join(daemon.places.run, `prompt-${prompt}.json`);
}

function read(file: string): Record<string, string> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return null;
  }
}

/** The daemon's own, which is that of whoever started it. */
export function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** It was handed to the agent that was launched, or nobody will be. */
export function forgetEnvironment(daemon: Daemon, name: string): void {
  rmSync(fileOf(daemon, name), { force: true });
}
