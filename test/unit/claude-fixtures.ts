/** Reads what the real claude was recorded to say and show: see test/real/record-claude.ts. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentView, PaneFacts } from '../../cli/agents/agent.js';
import { claude } from '../../cli/agents/claude.js';
import type { Definition } from '../../cli/domain/definition.js';
import type { Observation } from '../../cli/domain/observation.js';
import { definitionOf } from '../helpers/definition.js';
import { packageRoot } from '../helpers/root.js';

const folder = join(packageRoot, 'test', 'fixtures', 'claude');

export const definition: Definition = definitionOf({
  name: 'fix-nav',
  dir: '/home/me/repo',
  repo: '/home/me/repo',
  branch: 'fix-nav',
  parent: 'main',
  created: '2026-11-23T07:10:00Z',
});

export const view: AgentView = {
  definition,
  launch: 'launch-1',
  folder: '/home/me/.actor/run/launch-1',
  pid: 4711,
  env: { HOME: '/home/me' },
  transcript: '/home/me/.claude/projects/-home-me-repo/c1.jsonl',
};

export interface Recording {
  hooks: { at: number; hook: string; payload: Record<string, unknown> }[];
  states: { at: number; state: Record<string, unknown> }[];
  /** The transcript's bytes. */
  transcript: Buffer;
}

export const recordings = readdirSync(join(folder, 'turns')).map(file => file.replace('.jsonl', ''));

export function recording(name: string): Recording {
  const rows = readFileSync(join(folder, 'turns', `${name}.jsonl`), 'utf8').split('\n');
  const start = rows.indexOf('{"transcript":[');
  const came = rows.slice(0, start).map(row => JSON.parse(row));
  const lines = rows.slice(start + 1, rows.indexOf(']}')).map(line => `${line.replace(/,$/, '')}\n`);
  return {
    hooks: came.filter(row => 'hook' in row),
    states: came.filter(row => 'state' in row),
    transcript: Buffer.from(lines.join('')),
  };
}

/** What the recorded hooks show. */
export function byHooks({ hooks }: Recording): Observation[] {
  return hooks.flatMap(({ at, hook, payload }) => claude.hook(hook, payload, { at, position: null }, view));
}

/** What the transcript shows, read in pieces of `size` bytes. */
export function byTranscript({ transcript }: Recording, size = transcript.length): Observation[] {
  const reader = claude.tails(view)[0]!.reader(0);
  const found: Observation[] = [];
  for (let at = 0; at < transcript.length; at += size)
    found.push(...reader.push(transcript.subarray(at, at + size), 0));
  return found;
}

/** A recorded screen and where its cursor stood. */
export function screen(name: string): { text: string; pane: PaneFacts } {
  const [cursor, ...rows] = readFileSync(join(folder, 'screens', `${name}.ansi`), 'utf8').split('\n');
  const [cursorX, cursorY] = cursor!.split(' ').map(Number);
  const pane = {
    cursorX: cursorX!,
    cursorY: cursorY!,
    width: 100,
    height: 30,
    command: 'claude',
    title: '✳ fix-nav',
    titled: true,
    alternateScreen: true,
  };
  return { text: rows.join('\n'), pane };
}
