/**
 * Runs a bundle from V8's code cache, which spares each start the time that its compilation takes. V8 itself refuses a cache
 * of another version of V8 or of other flags; the cache's name holds the build, since of the source V8 compares only the
 * length. A cache that is missing or refused is made when the process ends.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Script } from 'node:vm';
import { BUILD } from './build.js';

type Run = (
  require: NodeJS.Require,
  file: string,
  folder: string,
  importFile: (url: string) => unknown,
) => void;

/**
 * Runs `<name>.js`, a CommonJS bundle beside this one, with this `require`. `keeps`: may this process make the cache? Not one
 * that compiles next to nothing.
 */
export function runFromCache(name: string, require: NodeJS.Require, keeps = true): void {
  const file = `${__dirname}/${name}.js`;
  const cacheFile = `${__dirname}/${name}-${BUILD}.cache`;
  const cachedData = read(cacheFile);
  const source = `(function (require, __filename, __dirname, importFile) {${readFileSync(file, 'utf8')}\n})`;
  const script = new Script(source, {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  if (keeps && (!cachedData || script.cachedDataRejected))
    process.once('exit', () => keepCache(script, cacheFile));
  (script.runInThisContext() as Run)(require, file, __dirname, url => import(url));
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** At the end, so that the functions that were used are in it. Replaced by rename: others read it meanwhile. */
function keepCache(script: Script, cacheFile: string): void {
  const draft = `${cacheFile}.${process.pid}`;
  try {
    const descriptor = openSync(draft, 'wx');
    try {
      writeSync(descriptor, script.createCachedData());
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, cacheFile);
  } catch {
    // Installed where this user may not write, or the disk is full: it works without.
    rmSync(draft, { force: true });
  }
}
