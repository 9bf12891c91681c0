/**
 * File names as git and the file system have them: bytes, which need not be UTF-8. Here they are strings of one character a
 * byte (latin1), so that `/`, NUL and the letters of patterns are found in them as in any string.
 */
import { isAbsolute, join } from 'node:path';

/** A path or a name, one character a byte. */
export type Bytes = string;

/** Any text as its bytes in UTF-8. */
export function toBytes(text: string): Bytes {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** For a person: what is no UTF-8 becomes U+FFFD. */
export function toText(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** For a call to the file system. */
export function raw(bytes: Bytes): Buffer {
  return Buffer.from(bytes, 'latin1');
}

/** Is the path the folder itself, or below it? Both absolute and normal. */
export function isWithin(path: Bytes, folder: Bytes): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Does a symbolic link at `name` (relative to `root`) that says `target` lead out of `root`, by its words alone? */
export function saysOutside(root: Bytes, name: Bytes, target: Bytes): boolean {
  if (isAbsolute(target)) return !isWithin(join(target, '.'), root);
  // Relative to the root: one that leaves it and comes back by its name would go elsewhere from a copy.
  const inside = join(name, '..', target);
  return inside === '..' || inside.startsWith('../');
}
