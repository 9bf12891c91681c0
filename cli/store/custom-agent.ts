/** A custom agent as KDL: read from the settings, and kept in the file of a session that has one. */
import type { CustomAgent } from '../domain/definition.js';
import { KdlError, type KdlNode, makeNode } from './kdl.js';
import { childOf, firstOf, saidOf, wordsOf } from './nodes.js';

/** `agent "gemini" { … }` of a settings file, or `kind` of a session's. @throws KdlError */
export function readCustomAgent(node: KdlNode, file: string): CustomAgent {
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
  if (by === 'title') return { by, pattern: requirePattern(String(value), node, file) };
  return by === 'silence' ? { by, seconds: Number(value) } : { by };
}

function requirePattern(pattern: string, node: KdlNode, file: string): string {
  try {
    new RegExp(pattern, 'u');
    return pattern;
  } catch (error) {
    const { at } = node.properties.get('pattern')!;
    throw new KdlError(file, at, `no regular expression: ${(error as Error).message}`);
  }
}

/** The node that {@link readCustomAgent} reads. */
export function writeCustomAgent(agent: CustomAgent, name: string): KdlNode {
  const { by, ...how } = agent.turnEnd;
  return makeNode(name, [], {}, [
    makeNode('command', agent.command),
    ...(agent.resume === null ? [] : [makeNode('resume', agent.resume)]),
    makeNode('prompt-by', [agent.promptBy]),
    makeNode('turn-end', [by], how),
    makeNode('interrupt', agent.interrupt),
    ...(Object.keys(agent.env).length === 0 ? [] : [makeNode('env', [], agent.env)]),
  ]);
}
