/**
 * `settings.kdl` as a person writes it. Only reading; which file is stronger is decided elsewhere.
 * What a node may hold stands in {@link TOP_LEVEL}: one row for each.
 */
import type { ConfigValue } from '../domain/definition.js';
import { HOOK_NAMES, HOOK_TIMEOUT, type Hook, type HookName } from '../domain/settings.js';
import { readIfThere } from './files.js';
import { KdlError, type KdlNode, parseDocument } from './kdl.js';

/** One file's settings. */
export interface Settings {
  /** By kind of agent. */
  defaults: Map<string, AgentDefaults>;
  /** Absent: the file says nothing of hooks. */
  hooks?: Partial<Record<HookName, Hook | null>>;
}

export interface AgentDefaults {
  /** null cancels what a weaker file set. */
  config: Record<string, ConfigValue | null>;
}

/** What was ignored, and where. */
export interface SettingsWarning {
  file: string;
  line: number;
  column: number;
  message: string;
}

export interface SettingsReading {
  settings: Settings;
  warnings: SettingsWarning[];
}

interface Reading extends SettingsReading {
  file: string;
}

type NodeReader = (node: KdlNode, reading: Reading) => void;

/** The nodes of a settings file. Others are ignored with a warning. */
const TOP_LEVEL: Record<string, NodeReader> = {
  defaults: readDefaults,
  hooks: readHooks,
};

/**
 * The settings in this text.
 * @param file the file's path, for messages
 * @throws KdlError when it is no KDL, a known node holds the wrong thing, or something stands there twice
 */
export function parseSettings(text: string, file: string): SettingsReading {
  const reading: Reading = { file, settings: { defaults: new Map() }, warnings: [] };
  readNodes(parseDocument(text, file), TOP_LEVEL, reading);
  return { settings: reading.settings, warnings: reading.warnings };
}

/**
 * The settings in this file; a missing file is an empty one.
 * @throws KdlError, or Failure when the file cannot be read
 */
export function loadSettings(path: string): SettingsReading {
  return parseSettings(readIfThere(path) ?? '', path);
}

function readNodes(nodes: readonly KdlNode[], table: Record<string, NodeReader>, reading: Reading): void {
  for (const node of nodes) {
    const reader = Object.hasOwn(table, node.name) ? table[node.name] : undefined;
    if (reader) reader(node, reading);
    else
      warn(
        node,
        `"${node.name}" is not known here and was ignored (known: ${Object.keys(table).join(', ')})`,
        reading,
      );
  }
}

function warn(node: KdlNode, message: string, reading: Reading): void {
  reading.warnings.push({ file: reading.file, ...node.at, message });
}

/** `defaults "claude" { config permission-mode="auto" }` */
function readDefaults(node: KdlNode, reading: Reading): void {
  const { file, settings } = reading;
  const [agent, stray] = node.values;
  if (typeof agent?.value !== 'string') {
    throw new KdlError(file, agent?.at ?? node.at, '"defaults" names an agent: defaults "claude" { … }');
  }
  const extra = stray ?? node.properties.values().next().value;
  if (extra)
    throw new KdlError(file, extra.at, '"defaults" takes one value, the agent; the rest stands in its { }');
  if (settings.defaults.has(agent.value)) {
    throw new KdlError(file, node.at, `defaults "${agent.value}" is given twice`);
  }
  const defaults: AgentDefaults = { config: {} };
  let seen = false;
  const config: NodeReader = child => {
    if (seen) throw new KdlError(file, child.at, '"config" is given twice');
    seen = true;
    defaults.config = readConfig(child, file);
  };
  readNodes(node.children, { config }, reading);
  settings.defaults.set(agent.value, defaults);
}

function readConfig(node: KdlNode, file: string): AgentDefaults['config'] {
  const stray = node.values[0] ?? node.children[0];
  if (stray) throw new KdlError(file, stray.at, '"config" takes key=value pairs: config model="opus"');
  return Object.fromEntries([...node.properties].map(([key, entry]) => [key, entry.value]));
}

/** `hooks { on-start "npm ci" timeout=300; }`, in seconds; `#null` cancels what a weaker file says. */
function readHooks(node: KdlNode, reading: Reading): void {
  const { file, settings } = reading;
  const stray = node.values[0] ?? node.properties.values().next().value;
  if (stray) throw new KdlError(file, stray.at, '"hooks" takes nothing but its { }');
  if (settings.hooks) throw new KdlError(file, node.at, '"hooks" is given twice');
  const hooks: NonNullable<Settings['hooks']> = {};
  settings.hooks = hooks;
  const read =
    (name: HookName): NodeReader =>
    child => {
      if (hooks[name] !== undefined) throw new KdlError(file, child.at, `"${name}" is given twice`);
      hooks[name] = readHook(child, file);
    };
  readNodes(node.children, Object.fromEntries(HOOK_NAMES.map(name => [name, read(name)])), reading);
}

function readHook(node: KdlNode, file: string): Hook | null {
  const [command, stray] = node.values;
  const usage = `"${node.name}" takes one command line: ${node.name} "make check" timeout=300`;
  if (command?.value === null && !stray && node.properties.size === 0) return null;
  if (typeof command?.value !== 'string') throw new KdlError(file, command?.at ?? node.at, usage);
  if (stray ?? node.children[0]) throw new KdlError(file, (stray ?? node.children[0])!.at, usage);
  for (const [key, { at }] of node.properties)
    if (key !== 'timeout') throw new KdlError(file, at, `"${node.name}" has no ${key}: only timeout=SECONDS`);
  const timeout = node.properties.get('timeout');
  if (!timeout) return { command: command.value, timeout: HOOK_TIMEOUT };
  if (typeof timeout.value !== 'number' || !(timeout.value > 0) || timeout.value > 86_400)
    throw new KdlError(file, timeout.at, 'timeout is a number of seconds, at most 86400');
  return { command: command.value, timeout: timeout.value * 1000 };
}
