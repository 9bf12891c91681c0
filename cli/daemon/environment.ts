/**
 * The caller's environment for a launch to come: agents run with the PATH and keys of the person who asked. It lies in a
 * 0600 file until the launch, since the daemon may die in between.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../store/files.js';
import type { Daemon } from './context.js';

function fileOf(daemon: Daemon, name: string): string {
  return path.join(daemon.places.run, `environment-${name}.json`);
}

export function keepEnvironment(daemon: Daemon, name: string, env: Record<string, string> | undefined): void {
  if (!env) return;
  mkdirSync(daemon.places.run, { recursive: true, mode: 0o700 });
  replaceFile(fileOf(daemon, name), JSON.stringify(env));
}

/** What was kept for this session; else the daemon's own environment, which is that of whoever started it. */
export function callerEnvironment(daemon: Daemon, name: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(fileOf(daemon, name), 'utf8')) as Record<string, string>;
  } catch {
    return ownEnvironment();
  }
}

export function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

export function forgetEnvironment(daemon: Daemon, name: string): void {
  rmSync(fileOf(daemon, name), { force: true });
}
