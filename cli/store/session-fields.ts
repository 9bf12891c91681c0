/**
 * The fields of a session file: how each is read from its node and written to one. Reading is strict: what a person wrote by
 * hand and meant differently must be told, not guessed.
 */
import type { ConfigValue, Definition } from '../domain/definition.js';
import { readCustomAgent, writeCustomAgent } from './custom-agent.js';
import { type KdlEntry, KdlError, type KdlNode, type KdlValue, makeNode } from './kdl.js';
import { CUSTOM_AGENT_SHAPE } from './settings-shape.js';
import { checkShape } from './shape.js';

/** All fields but the name, which is the argument of `session` itself. */
export type Fields = Omit<Definition, 'name'>;

interface Field<T> {
  /** @throws KdlError */
  read: (node: KdlNode, file: string) => T;
  /** The node; null: the field is left out. */
  write: (value: T, name: string) => KdlNode | null;
  /** What a file without it means; a field without this one is required. */
  absent?: T;
  /** Properties that the field knows; others are kept as they are. */
  properties: readonly string[] | 'all';
}

const text: Field<string> = {
  read: readText,
  write: (value, name) => makeNode(name, [value]),
  properties: [],
};

const optionalText: Field<string | null> = {
  read: readText,
  write: (value, name) => (value ? makeNode(name, [value]) : null),
  absent: null,
  properties: [],
};

const flag: Field<boolean> = {
  read: readFlag,
  write: (value, name) => (value ? makeNode(name, [true]) : null),
  absent: false,
  properties: [],
};

/** What a field is called in the file, where it is not its own name. */
export const NODE_NAMES: Partial<Record<keyof Fields, string>> = {
  custom: 'kind',
  useSubscription: 'use-subscription',
};

/** In the order in which they are written. */
export const FIELDS: { [K in keyof Fields]: Field<Fields[K]> } = {
  main: flag,
  agent: text,
  custom: {
    read: (node, file) => {
      checkShape([node], { kind: CUSTOM_AGENT_SHAPE }, file, false);
      return readCustomAgent(node, file);
    },
    write: (value, name) => value && writeCustomAgent(value, name),
    absent: null,
    properties: [],
  },
  args: {
    read: (node, file) => node.values.map(entry => textOf(entry, node, file)),
    write: (value, name) => (value.length === 0 ? null : makeNode(name, value)),
    absent: [],
    properties: [],
  },
  conversation: optionalText,
  dir: { ...text, read: readPath },
  repo: { ...optionalText, read: readPath },
  branch: optionalText,
  base: { read: readBase, write: writeBase, absent: null, properties: ['commit'] },
  worktree: flag,
  parent: optionalText,
  role: optionalText,
  purpose: optionalText,
  prompt: optionalText,
  coordinator: flag,
  useSubscription: flag,
  config: {
    read: readConfig,
    write: (value, name) => (Object.keys(value).length === 0 ? null : makeNode(name, [], value)),
    absent: {},
    properties: 'all',
  },
  sources: {
    read: readSources,
    write: (value, name) => (Object.keys(value).length === 0 ? null : makeNode(name, [], value)),
    absent: {},
    properties: 'all',
  },
  created: { ...text, read: readTime },
};

function onlyEntry(node: KdlNode, file: string, meant: string): KdlEntry {
  const [first, second] = node.values;
  if (!first) throw new KdlError(file, node.at, `"${node.name}" needs a value: ${node.name} ${meant}`);
  if (second) throw new KdlError(file, second.at, `"${node.name}" takes one value`);
  return first;
}

function textOf(entry: KdlEntry, node: KdlNode, file: string): string {
  if (typeof entry.value === 'string') return entry.value;
  throw new KdlError(file, entry.at, `"${node.name}" is text: ${node.name} "${show(entry.value)}"`);
}

function readText(node: KdlNode, file: string): string {
  const entry = onlyEntry(node, file, '"…"');
  const value = textOf(entry, node, file);
  if (value === '') {
    throw new KdlError(file, entry.at, `"${node.name}" is empty: leave the line out, or give it a value`);
  }
  return value;
}

function readPath(node: KdlNode, file: string): string {
  const value = readText(node, file);
  if (value.startsWith('/')) return value;
  throw new KdlError(file, placeOf(node), `"${node.name}" is an absolute path, it begins with /`);
}

function readTime(node: KdlNode, file: string): string {
  const value = readText(node, file);
  if (/^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new KdlError(file, placeOf(node), `"${node.name}" is a time like "2026-11-23T07:10:00Z"`);
}

function readFlag(node: KdlNode, file: string): boolean {
  const entry = onlyEntry(node, file, '#true');
  if (typeof entry.value === 'boolean') return entry.value;
  throw new KdlError(file, entry.at, `"${node.name}" is #true or #false, not ${show(entry.value)}`);
}

function readBase(node: KdlNode, file: string): Fields['base'] {
  const ref = readText(node, file);
  const commit = node.properties.get('commit');
  if (typeof commit?.value === 'string' && commit.value !== '') return { ref, commit: commit.value };
  throw new KdlError(
    file,
    commit?.at ?? node.at,
    `"base" names a branch and its commit: base "${ref}" commit="…"`,
  );
}

function writeBase(value: Fields['base'], name: string): KdlNode | null {
  return value === null ? null : makeNode(name, [value.ref], { commit: value.commit });
}

function readConfig(node: KdlNode, file: string): Record<string, ConfigValue> {
  const stray = node.values[0];
  if (stray) throw new KdlError(file, stray.at, `"config" takes key=value pairs, not ${show(stray.value)}`);
  const config: Record<string, ConfigValue> = {};
  for (const [key, { value, at }] of node.properties) {
    if (value === null)
      throw new KdlError(file, at, `"${key}" is text, a number, #true or #false, not #null`);
    config[key] = value;
  }
  return config;
}

function readSources(node: KdlNode, file: string): Record<string, string> {
  const sources = readConfig(node, file);
  for (const [key, value] of Object.entries(sources))
    if (typeof value !== 'string') {
      const at = node.properties.get(key)?.at ?? node.at;
      throw new KdlError(file, at, `"${key}" is text: ${key}="user settings"`);
    }
  return sources as Record<string, string>;
}

function placeOf(node: KdlNode): KdlNode['at'] {
  return node.values[0]?.at ?? node.at;
}

/** A value as it stands in KDL; a string without its quotes. */
function show(value: KdlValue): string {
  return typeof value === 'boolean' || value === null ? `#${value}` : String(value);
}
