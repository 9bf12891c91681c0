/**
 * `settings.kdl` as a person writes it. Only reading; which file is stronger is decided elsewhere.
 * What a node may hold stands in {@link TOP_LEVEL}: one row for each.
 */
import type { ConfigValue } from '../domain/definition.js';
import { readIfThere } from './files.js';
import { KdlError, type KdlNode, parseDocument } from './kdl.js';

/** One file's settings. */
export interface Settings {
  /** By kind of agent. */
  defaults: Map<string, AgentDefaults>;
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
