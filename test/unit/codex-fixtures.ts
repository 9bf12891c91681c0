/** Reads what the real codex was recorded to say and show: see test/real/record-codex.ts. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentView } from '../../cli/agents/agent.js';
import { codex } from '../../cli/agents/codex.js';
import type { Observation } from '../../cli/domain/observation.js';
import { definitionOf } from '../helpers/definition.js';
import { packageRoot } from '../helpers/root.js';

const folder = join(packageRoot, 'test', 'fixtures', 'codex');

export const view: AgentView = {
  definition: definitionOf({ name: 'fix-nav', agent: 'codex', dir: '/home/me/repo', repo: '/home/me/repo' }),
  launch: 'launch-1',
  folder: '/home/me/.actor/run/launch-1',
  pid: 4711,
  env: { HOME: '/home/me' },
  transcript: '/home/me/.codex/sessions/2026/11/24/rollout-2026-11-24T11-12-05-01a20d41.jsonl',
};

export interface Recording {
  hooks: { at: number; hook: string; payload: Record<string, unknown> }[];
  /** The rollout's bytes. */
  rollout: Buffer;
}

export const recordings = readdirSync(join(folder, 'turns')).map(file => file.replace('.jsonl', ''));
export const screens = readdirSync(join(folder, 'screens')).map(file => file.replace('.ansi', ''));

export function recording(name: string): Recording {
  const rows = readFileSync(join(folder, 'turns', `${name}.jsonl`), 'utf8').split('\n');
  const start = rows.indexOf('{"transcript":[');
  const lines = rows.slice(start + 1, rows.indexOf(']}')).map(line => `${line.replace(/,$/, '')}\n`);
  return {
    hooks: rows.slice(0, start).map(row => JSON.parse(row)),
    rollout: Buffer.from(lines.join('')),
  };
}

/** What the recorded hooks show. */
export function byHooks({ hooks }: Recording): Observation[] {
  return hooks.flatMap(({ at, hook, payload }) => codex.hook(hook, payload, { at, position: null }, view));
}

/** What the rollout shows, read in pieces of `size` bytes. */
export function byRollout({ rollout }: Recording, size = rollout.length): Observation[] {
  const reader = codex.tails(view)[0]!.reader(0);
  const found: Observation[] = [];
  for (let at = 0; at < rollout.length; at += size)
    found.push(...reader.push(rollout.subarray(at, at + size), 0));
  return found;
}
