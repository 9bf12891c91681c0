/** What may stand where in a settings file, as data, and a check of a document against it: one strict error, with its place. */
import { nearest } from '../domain/suggest.js';
import { type KdlEntry, KdlError, type KdlNode, type KdlValue } from './kdl.js';

/** One value or property. */
export interface ValueShape {
  type: 'text' | 'flag' | 'number';
  /** What it is, in words: `a tmux key`. */
  is: string;
  /** Further rule; an empty text fits none. */
  fits?: (value: string | number | boolean) => boolean;
  /** The only texts there are. */
  choices?: readonly string[];
}

export interface NodeShape {
  /** How it is written, for messages. */
  usage: string;
  /** Its values in order; `each`: one or more of them. */
  values: readonly ValueShape[] | { each: ValueShape };
  /** May `#null` stand for all of its values, to cancel what a weaker layer says? */
  cancels?: boolean;
  /** `any`: key=value pairs of a person's choice, of which `#null` cancels one. */
  properties?: Readonly<Record<string, ValueShape>> | { any: ValueShape | 'all' };
  children?: Shape;
  /** Told apart by its first value, so that there may be several. */
  isNamed?: boolean;
  /** Stands in a person's own settings only: the reason. */
  personal?: string;
  /** Children and properties without which it means nothing. */
  needs?: readonly string[];
}

export type Shape = Readonly<Record<string, NodeShape>>;

/** What is checked, and where. */
interface Place {
  file: string;
  /** The node that these stand in; null at the top. */
  within: string | null;
  /** Is the file a repository's? */
  isShared: boolean;
  /** The shape at the top: where does a node belong that stands in the wrong place? */
  top: Shape;
}

/**
 * @param isShared is the file a repository's, where personal nodes have no place?
 * @throws KdlError at the first mistake, with what was meant
 */
export function checkShape(nodes: readonly KdlNode[], top: Shape, file: string, isShared: boolean): void {
  checkNodes(nodes, top, { file, within: null, isShared, top });
}

function checkNodes(nodes: readonly KdlNode[], shape: Shape, place: Place): void {
  const seen = new Set<string>();
  for (const node of nodes) {
    const found = Object.hasOwn(shape, node.name) ? shape[node.name] : undefined;
    if (!found) throw new KdlError(place.file, node.at, unknownNode(excerpt(node.name), shape, place));
    if (found.personal && place.isShared)
      throw new KdlError(
        place.file,
        node.at,
        `"${node.name}" does not stand in a repository's settings, but in ~/.actor/settings.kdl: ${found.personal}`,
      );
    checkNode(node, found, place);
    const identity = found.isNamed ? `${node.name} ${JSON.stringify(node.values[0]?.value)}` : node.name;
    if (seen.has(identity))
      throw new KdlError(place.file, node.at, `${found.isNamed ? identity : `"${identity}"`} is given twice`);
    seen.add(identity);
  }
}

function checkNode(node: KdlNode, shape: NodeShape, place: Place): void {
  const { file } = place;
  checkValues(node, shape, file);
  checkProperties(node, shape, file);
  const children = node.children;
  if (children.length > 0 && !shape.children)
    throw new KdlError(file, children[0]!.at, `"${node.name}" has no { }: ${shape.usage}`);
  if (shape.children) checkNodes(children, shape.children, { ...place, within: node.name });
  for (const need of shape.needs ?? [])
    if (!children.some(child => child.name === need) && !node.properties.has(need))
      throw new KdlError(file, node.at, `"${node.name}" needs "${need}": ${shape.usage}`);
}

function checkValues(node: KdlNode, shape: NodeShape, file: string): void {
  const { values } = node;
  if (shape.cancels && values.length === 1 && values[0]!.value === null) return;
  if ('each' in shape.values) {
    if (values.length === 0)
      throw new KdlError(file, node.at, `"${node.name}" needs a value: ${shape.usage}`);
    for (const entry of values) checkValue(entry, `"${node.name}"`, shape.values.each, shape, file);
    return;
  }
  for (const [index, value] of shape.values.entries()) {
    const entry = values[index];
    if (!entry) throw new KdlError(file, node.at, `"${node.name}" needs ${value.is}: ${shape.usage}`);
    checkValue(entry, `"${node.name}"`, value, shape, file);
  }
  const stray = values[shape.values.length];
  if (!stray) return;
  const count = ['no value', 'one value'][shape.values.length] ?? `${shape.values.length} values`;
  throw new KdlError(file, stray.at, `"${node.name}" takes ${count}: ${shape.usage}`);
}

function checkProperties(node: KdlNode, shape: NodeShape, file: string): void {
  const { properties = {} } = shape;
  for (const [key, entry] of node.properties) {
    if ('any' in properties) {
      const { any } = properties;
      if (any !== 'all') checkValue(entry, `"${key}"`, any as ValueShape, shape, file);
      continue;
    }
    const found = Object.hasOwn(properties, key)
      ? (properties as Record<string, ValueShape>)[key]
      : undefined;
    if (!found) {
      const known = Object.keys(properties);
      const meant = nearest(key, known);
      const hint = meant ? `did you mean "${meant}"?` : shape.usage;
      throw new KdlError(file, entry.at, `"${excerpt(key)}=" is not known at "${node.name}": ${hint}`);
    }
    checkValue(entry, `"${key}"`, found, shape, file);
  }
}

function checkValue(entry: KdlEntry, what: string, shape: ValueShape, node: NodeShape, file: string): void {
  const { value } = entry;
  if (isOfType(value, shape.type)) {
    if (value === '') throw new KdlError(file, entry.at, `${what} is empty: ${node.usage}`);
    if (shape.choices && !shape.choices.includes(String(value)))
      throw new KdlError(
        file,
        entry.at,
        `${what} is ${shape.is}, not ${show(value)}${meantOf(value, shape.choices)}`,
      );
    if (!shape.fits || shape.fits(value as string)) return;
  }
  throw new KdlError(file, entry.at, `${what} is ${shape.is}, not ${show(value)}: ${node.usage}`);
}

function isOfType(value: KdlValue, type: ValueShape['type']): boolean {
  return typeof value === { text: 'string', flag: 'boolean', number: 'number' }[type];
}

function meantOf(value: KdlValue, choices: readonly string[]): string {
  const meant = nearest(String(value), choices);
  return meant ? `: did you mean "${meant}"?` : '';
}

function unknownNode(name: string, shape: Shape, { within, top }: Place): string {
  const where = within === null ? 'here' : `in "${within}"`;
  const meant = nearest(name, Object.keys(shape));
  if (meant && meant !== name) return `"${name}" is not known ${where}: did you mean "${meant}"?`;
  const homes = placesOf(name, top);
  if (homes.length > 0) return `"${name}" does not stand ${where}, but ${homes.join(' or ')}`;
  return `"${name}" is not known ${where} (known: ${Object.keys(shape).join(', ')})`;
}

/** Where a node of this name belongs: `in "role"`, `at the top`. */
function placesOf(name: string, top: Shape): string[] {
  const homes = Object.entries(top)
    .filter(([, { children }]) => children && Object.hasOwn(children, name))
    .map(([parent]) => `in "${parent}"`);
  return Object.hasOwn(top, name) ? [...homes, 'at the top'] : homes;
}

/** A value as it stands in KDL. */
function show(value: KdlValue): string {
  if (typeof value === 'boolean' || value === null) return `#${value}`;
  return typeof value === 'string' ? JSON.stringify(excerpt(value)) : String(value);
}

/** A file's own words in a message: not all 100 KB of them. */
function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
