/** `settings.kdl` as people write it → {@link Settings}. Which file is stronger is decided elsewhere. */
import type { ConfigValue } from '../domain/definition.js';
import {
  type AgentDefaults,
  type CustomAgent,
  HOOK_NAMES,
  HOOK_TIMEOUT,
  type Hook,
  noSettings,
  type Role,
  type Said,
  type Settings,
} from '../domain/settings.js';
import { readIfThere } from './files.js';
import { KdlError, type KdlNode, type KdlValue, parseDocument } from './kdl.js';
import { SETTINGS_SHAPE } from './settings-shape.js';
import { checkShape } from './shape.js';

/**
 * The settings in this text.
 * @param file the file's path, for messages
 * @param isShared is it a repository's file, in which a person's own settings have no place?
 * @throws KdlError when it is no KDL, or anything in it is not as {@link SETTINGS_SHAPE} says
 */
export function parseSettings(text: string, file: string, isShared = false): Settings {
  const nodes = parseDocument(text, file);
  checkShape(nodes, SETTINGS_SHAPE, file, isShared);
  const settings = noSettings();
  for (const node of nodes) read(node, settings, file);
  return settings;
}

/**
 * The settings in this file; a missing file is an empty one.
 * @throws KdlError, or Failure when the file cannot be read
 */
export function loadSettings(path: string): Settings {
  return parseSettings(readIfThere(path) ?? '', path);
}

/** Everything here has passed the check of its shape. */
function read(node: KdlNode, settings: Settings, file: string): void {
  switch (node.name) {
    case 'default-agent':
      settings.defaultAgent = firstOf(node);
      return;
    case 'defaults':
      settings.defaults.set(nameOf(node), defaultsOf(node));
      return;
    case 'role':
      settings.roles.set(nameOf(node), roleOf(node));
      return;
    case 'agent':
      settings.agents.set(nameOf(node), agentOf(node, file));
      return;
    case 'hooks':
      for (const name of HOOK_NAMES) {
        const child = childOf(node, name);
        if (child) settings.hooks[name] = hookOf(child);
      }
      return;
    case 'worktree':
      settings.worktree = { copy: listOf(node, 'copy'), link: listOf(node, 'link') };
      return;
    case 'keys':
      settings.keys = keysOf(node, file);
      return;
    case 'notify':
      settings.notify = { desktop: node.properties.get('desktop')?.value as Said<boolean> };
      return;
  }
}

function defaultsOf(node: KdlNode): AgentDefaults {
  return { config: configOf(node), useSubscription: saidOf(node, 'use-subscription') };
}

function roleOf(node: KdlNode): Role {
  return {
    description: saidOf(node, 'description'),
    agent: saidOf(node, 'agent'),
    prompt: saidOf(node, 'prompt'),
    config: configOf(node),
    useSubscription: saidOf(node, 'use-subscription'),
    coordinator: saidOf(node, 'coordinator'),
  };
}

function agentOf(node: KdlNode, file: string): CustomAgent {
  return {
    command: wordsOf(node, 'command') ?? [],
    resume: wordsOf(node, 'resume'),
    promptBy: saidOf<CustomAgent['promptBy']>(node, 'prompt-by') ?? 'paste',
    turnEnd: turnEndOf(childOf(node, 'turn-end')!, file),
    interrupt: wordsOf(node, 'interrupt') ?? ['Escape'],
    env: Object.fromEntries(
      [...(childOf(node, 'env')?.properties ?? [])].map(([key, { value }]) => [key, String(value)]),
    ),
  };
}

/** Which property goes with which way. */
function turnEndOf(node: KdlNode, file: string): CustomAgent['turnEnd'] {
  const by = firstOf<CustomAgent['turnEnd']['by']>(node)!;
  const needed = { hook: null, title: 'pattern', silence: 'seconds' }[by];
  for (const [key, { at }] of node.properties)
    if (key !== needed) throw new KdlError(file, at, `"${key}=" does not go with turn-end "${by}"`);
  const value = needed && node.properties.get(needed)?.value;
  if (needed && value === undefined) throw new KdlError(file, node.at, `turn-end "${by}" needs ${needed}=…`);
  if (by === 'title') return { by, pattern: String(value) };
  return by === 'silence' ? { by, seconds: Number(value) } : { by };
}

function hookOf(node: KdlNode): Hook | null {
  const command = firstOf<string>(node);
  const timeout = node.properties.get('timeout')?.value;
  if (command === null || command === undefined) return null;
  return { command, timeout: typeof timeout === 'number' ? timeout * 1000 : HOOK_TIMEOUT };
}

/** Two things on one key: which of them was meant? */
function keysOf(node: KdlNode, file: string): Settings['keys'] {
  const keys: Settings['keys'] = {};
  for (const child of node.children) {
    const key = firstOf<string>(child) ?? null;
    const other = Object.entries(keys).find(([, taken]) => key !== null && taken === key);
    if (other) throw new KdlError(file, child.values[0]!.at, `"${key}" is the key of "${other[0]}" already`);
    keys[child.name] = key;
  }
  return keys;
}

function childOf(node: KdlNode, name: string): KdlNode | undefined {
  return node.children.find(child => child.name === name);
}

function nameOf(node: KdlNode): string {
  return String(node.values[0]!.value);
}

function firstOf<T extends KdlValue>(node: KdlNode): Said<T> {
  return node.values[0]?.value as Said<T>;
}

function saidOf<T extends KdlValue>(node: KdlNode, name: string): Said<T> {
  const child = childOf(node, name);
  return child && firstOf<T>(child);
}

function configOf(node: KdlNode): Record<string, ConfigValue | null> {
  return Object.fromEntries(
    [...(childOf(node, 'config')?.properties ?? [])].map(([key, { value }]) => [key, value]),
  );
}

function wordsOf(node: KdlNode, name: string): string[] | null {
  const child = childOf(node, name);
  return child ? child.values.map(({ value }) => String(value)) : null;
}

function listOf(node: KdlNode, name: string): Said<string[]> {
  const child = childOf(node, name);
  if (!child) return undefined;
  return child.values[0]?.value === null ? null : wordsOf(node, name);
}
