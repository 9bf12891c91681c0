/** Reading nodes that have passed the check of their shape. Pure. */
import type { Said } from '../domain/settings.js';
import type { KdlNode, KdlValue } from './kdl.js';

/** The child of this name; undefined: there is none. */
export function childOf(node: KdlNode, name: string): KdlNode | undefined {
  return node.children.find(child => child.name === name);
}

/** The first value as text: what tells nodes of one kind apart. */
export function nameOf(node: KdlNode): string {
  return String(node.values[0]!.value);
}

/** The first value; null: `#null`; undefined: there is none. */
export function firstOf<T extends KdlValue>(node: KdlNode): Said<T> {
  return node.values[0]?.value as Said<T>;
}

/** The value of the child of this name, as {@link firstOf}. */
export function saidOf<T extends KdlValue>(node: KdlNode, name: string): Said<T> {
  const child = childOf(node, name);
  return child && firstOf<T>(child);
}

/** The values of the child of this name as text; null: there is no such child. */
export function wordsOf(node: KdlNode, name: string): string[] | null {
  const child = childOf(node, name);
  return child ? child.values.map(({ value }) => String(value)) : null;
}
