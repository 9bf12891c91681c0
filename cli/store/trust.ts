/** Whose settings may run programs: `trust.kdl` in the home, one line for each file that the user has allowed, with its digest. */
import { createHash } from 'node:crypto';
import { readIfThere, replaceFile } from './files.js';
import { KdlError, makeNode, parseDocument, printDocument } from './kdl.js';

/** Of a file that we write: a node, a path and a digest for each of thousands of repositories. */
const COUNT_LIMIT = 9000;

/** What identifies the content of a file. */
export function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The allowed files with the digests of what they held then.
 * @throws KdlError when the file was spoilt by hand
 */
export function loadTrust(path: string): Map<string, string> {
  const trusted = new Map<string, string>();
  for (const node of parseDocument(readIfThere(path) ?? '', path, COUNT_LIMIT)) {
    const file = node.values[0]?.value;
    const digest = node.properties.get('sha256')?.value;
    if (node.name !== 'trust' || typeof file !== 'string' || typeof digest !== 'string')
      throw new KdlError(path, node.at, 'here stands: trust "/path/.actor/settings.kdl" sha256="…"');
    trusted.set(file, digest);
  }
  return trusted;
}

/** Writes them all. @throws Failure when that is not possible */
export function saveTrust(path: string, trusted: ReadonlyMap<string, string>): void {
  const nodes = [...trusted].map(([file, sha256]) => makeNode('trust', [file], { sha256 }));
  replaceFile(path, printDocument(nodes));
}
