/** Reading nodes that have passed the check of their shape. Pure. */
import type { Said } from '../domain/settings.js';
import type { KdlNode, KdlValue } from './kdl.js';

export function childOf(node: KdlNode, name: string): KdlNode | undefined {
  return node.children.find(child => child.name === name);
}

export function nameOf(node: KdlNode): string {
  return String(node.values[0]!.value);
}

export function firstOf<T extends KdlValue>(node: KdlNode): Said<T> {
  return node.values[0]?.value as Said<T>;
}

export function saidOf<T extends KdlValue>(node: KdlNode, name: string): Said<T> {
  const child = childOf(node, name);
  return child && firstOf<T>(child);
}

export function wordsOf(node: KdlNode, name: string): string[] | null {
  const child = childOf(node, name);
  return child ? child.values.map(({ value }) => String(value)) : null;
}
