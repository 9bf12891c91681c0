/** Where the built programs are, and how to load one of them. */
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Given by `launch.ts`: a script that V8 takes from its code cache has lost the link that `import()` needs. */
declare const importFile: ((url: string) => Promise<unknown>) | undefined;

/** The absolute path of `dist/`: this bundle's own folder, or the root's when this file was transpiled alone into `.build/`. */
export function distFolder(): string {
  const here = import.meta.dirname;
  return basename(here) === 'dist' ? here : resolve(here, '../../../dist');
}

/** Loads an ES module of `dist/` into this process. */
export function importFromDist(name: string): Promise<unknown> {
  const url = pathToFileURL(join(distFolder(), name)).href;
  return typeof importFile === 'function' ? importFile(url) : import(url);
}
