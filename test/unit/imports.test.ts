/**
 * Which room of the house may import which. A new import either fits this table or is a decision: then change the row here,
 * with the reason, in the same commit. A row that nothing uses fails as well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import test from 'ava';
import { packageRoot } from '../helpers/root.js';

interface Row {
  /** Rooms that it may import. */
  rooms?: string[];
  /** Rooms of which it may import types only: nothing of them runs in it. */
  types?: string[];
  /** Packages from the registry that it may import. */
  packages?: string[];
}

/**
 * protocol and build are what both sides of the process boundary share; domain is pure; tmux, hooks and templates are leaves.
 * The client's side (main, commands, client, mcp) starts for every command that a person types: no execa, kdljs or chokidar.
 */
const TABLE: Record<string, Row> = {
  protocol: {},
  build: { types: ['protocol'] },
  'code-cache': { rooms: ['build'] },
  alive: {},
  // Client and daemon both ask whose the home is.
  owner: { rooms: ['alive'], types: ['protocol'] },
  domain: { types: ['protocol'] },

  main: { rooms: ['build', 'client', 'commands', 'protocol'] },
  commands: { rooms: ['build', 'client', 'domain', 'protocol', 'texts'] },
  // Results in words: what the command line prints, the MCP tools answer as well.
  texts: { rooms: ['client'], types: ['protocol'] },
  client: {
    rooms: ['alive', 'build', 'code-cache', 'domain', 'owner', 'protocol'],
    packages: ['yargs', 'yargs-parser'],
  },
  // It asks as every client does, with the same failures; from domain also what a claude's children must not inherit.
  mcp: {
    rooms: ['build', 'client', 'domain', 'protocol', 'texts'],
    packages: ['@modelcontextprotocol/sdk'],
  },

  daemon: {
    rooms: [
      'agents',
      'alive',
      'build',
      'code-cache',
      'domain',
      'git',
      'hooks',
      'owner',
      'protocol',
      'store',
      'tmux',
    ],
    packages: ['chokidar', 'execa'],
  },
  // A person's codex is configured in TOML.
  agents: { rooms: ['domain', 'protocol'], packages: ['smol-toml'] },
  git: { rooms: ['domain'], packages: ['execa'] },
  store: { rooms: ['domain', 'protocol'], packages: ['kdljs'] },

  tmux: { packages: ['execa'] },
  hooks: {},
  templates: {},
};

interface Import {
  /** The file's path in the package. */
  from: string;
  /** What stands between the quotes. */
  target: string;
  typeOnly: boolean;
}

const FOLDERS = ['cli', 'tmux', 'hooks', 'templates'];
const BUILT_IN = new Set(builtinModules);

function sources(): string[] {
  return FOLDERS.flatMap(folder =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .map(file => `${folder}/${file}`),
  ).sort();
}

/** All imports of a source text: static, of types, dynamic, and re-exports. */
function importsOf(from: string, source: string): Import[] {
  const found: Import[] = [];
  const text = source.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  for (const match of text.matchAll(/^\s*(?:import|export)(\s+type)?\s[^'"`;]*?from\s*['"]([^'"]+)['"]/gm))
    found.push({ from, target: match[2]!, typeOnly: match[1] !== undefined });
  for (const match of text.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm))
    found.push({ from, target: match[1]!, typeOnly: false });
  for (const match of text.matchAll(/\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/g))
    found.push({ from, target: match[1]!, typeOnly: false });
  return found;
}

/** The room that a file stands in: a folder of `cli/`, a file of `cli/` itself, or one of the leaves. */
function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'cli' ? second.replace(/\.[jt]s$/, '') : first;
}

/** What an import needs from the table: `room domain`, `package execa`, `type chokidar`; null: nothing. */
function needOf({ from, target, typeOnly }: Import): string | null {
  if (target.startsWith('.')) {
    const room = roomOf(normalize(join(dirname(from), target)));
    return room === roomOf(from) ? null : `${typeOnly ? 'type' : 'room'} ${room}`;
  }
  if (target.startsWith('node:') || BUILT_IN.has(target)) return null;
  const parts = target.split('/');
  return `package ${parts.slice(0, target.startsWith('@') ? 2 : 1).join('/')}`;
}

const allImports = sources().flatMap(file => importsOf(file, readFileSync(join(packageRoot, file), 'utf8')));

/** Everything that the table allows a room, in the words of {@link needOf}. */
function allowedTo(room: string): string[] {
  const { rooms = [], types = [], packages = [] } = TABLE[room] ?? {};
  return [
    ...rooms.map(name => `room ${name}`),
    ...types.map(name => `type ${name}`),
    ...packages.map(name => `package ${name}`),
  ];
}

/** Does this permission cover this need? Who may import a room may import its types. */
function covers(permission: string, need: string): boolean {
  return permission === need || permission === need.replace(/^type /, 'room ');
}

test('every import is in the table', t => {
  const unlisted = allImports.flatMap(each => {
    const need = needOf(each);
    if (need === null || allowedTo(roomOf(each.from)).some(permission => covers(permission, need))) return [];
    return [`${each.from} imports ${each.target} (${roomOf(each.from)}: ${need})`];
  });
  t.deepEqual(unlisted, []);
});

test('every line of the table is used', t => {
  const needs = allImports.map(each => [roomOf(each.from), needOf(each)] as const);
  const stale = Object.keys(TABLE).flatMap(room =>
    allowedTo(room)
      .filter(permission => !needs.some(([from, need]) => from === room && need === permission))
      .map(permission => `${room}: ${permission}`),
  );
  t.deepEqual(stale, []);
});

test('every room has its row, and every package stands in package.json', t => {
  t.deepEqual([...new Set(sources().map(roomOf))].filter(room => !Object.hasOwn(TABLE, room)).sort(), []);
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const packages = Object.values(TABLE).flatMap(row => row.packages ?? []);
  t.deepEqual(
    [...new Set(packages)].filter(name => !Object.hasOwn(dependencies, name)),
    [],
  );
});

test('no file is missed: each kind of import is seen, and what only looks like one is not', t => {
  const source = `
import a from './a.js';
import type { B } from '../domain/b.js';
import {
  c,
  type D,
} from "execa";
import './e.js';
export * from '@scope/name/sub.js';
export type { F } from 'node:fs';
const g = await import('./g.js');
// import h from './h.js';
/** import i from './i.js' */
const text = 'where is it from';
export const k = () => 'from "./k.js"';
`;
  t.deepEqual(
    importsOf('cli/store/x.ts', source).map(({ target, typeOnly }) => [target, typeOnly]),
    [
      ['./a.js', false],
      ['../domain/b.js', true],
      ['execa', false],
      ['@scope/name/sub.js', false],
      ['node:fs', true],
      ['./e.js', false],
      ['./g.js', false],
    ],
  );
  const need = (target: string, typeOnly = false) => needOf({ from: 'cli/store/x.ts', target, typeOnly });
  t.is(need('./a.js'), null);
  t.is(need('../domain/b.js'), 'room domain');
  t.is(need('../domain/b.js', true), 'type domain');
  t.is(need('../protocol.js'), 'room protocol');
  t.is(need('../../tmux/paste.js'), 'room tmux');
  t.is(need('@scope/name/sub.js'), 'package @scope/name');
  t.is(need('fs/promises'), null);
  t.true(allImports.length > 100);
});
