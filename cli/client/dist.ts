/** Where the built programs are. */
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The absolute path of `dist/`: this bundle's own folder, or the root's when this file was transpiled alone into `.build/`. */
export function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return basename(here) === 'dist' ? here : resolve(here, '../../../dist');
}
