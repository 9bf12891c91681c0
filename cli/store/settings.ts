/** `settings.kdl` as people write it → {@link Settings}. Which file is stronger is decided elsewhere. */
import type { ConfigValue } from '../domain/definition.js';
import {
  type AgentDefaults,
  HOOK_NAMES,
  HOOK_TIMEOUT,
  type Hook,
  noSettings,
  type Role,
  type Said,
  type Settings,
} from '../domain/settings.js';
import { readCustomAgent } from './custom-agent.js';
import { KdlError, type KdlNode, parseDocument } from './kdl.js';
import { childOf, firstOf, nameOf, saidOf, wordsOf } from './nodes.js';
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
      settings.agents.set(nameOf(node), readCustomAgent(node, file));
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

function configOf(node: KdlNode): Record<string, ConfigValue | null> {
  return Object.fromEntries(
    [...(childOf(node, 'config')?.properties ?? [])].map(([key, { value }]) => [key, value]),
  );
}

function listOf(node: KdlNode, name: string): Said<string[]> {
  const child = childOf(node, name);
  if (!child) return undefined;
  return child.values[0]?.value === null ? null : wordsOf(node, name);
}
