/**
 * Links that actor made into the main work tree (`link "node_modules"` in the settings). There is no work in them. Git may show
 * one as untracked: `node_modules/` in a `.gitignore` is said of directories only, and of no link.
 */
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent } from './link.js';
import { openSubmodule } from './submodule.js';

/**
 * Is what git shows as untracked at `path` (relative to the work tree at `root`; a directory ends in `/`) nothing but links to
 * the very same paths in the main work tree of the repository `commonDir`?
 */
export async function isOwnLink(root: string, path: string, commonDir: string): Promise<boolean> {
  const name = path.replace(/\/$/, '');
  const at = join(root, name);
  const stats = await lstat(at).catch(ifAbsent(null));
  if (stats?.isDirectory()) {
    for (const child of await readdir(at).catch(ifAbsent([] as string[])))
      if (!(await isOwnLink(root, `${name}/${child}`, commonDir))) return false;
    return true;
  }
  if (!stats?.isSymbolicLink()) return false;
  const target = await readlink(at);
  return target.endsWith(`/${name}`) && isMainWorkTree(target.slice(0, -name.length - 1), commonDir);
}

async function isMainWorkTree(root: string, commonDir: string): Promise<boolean> {
  // The link from any work tree to its repository has the same form as a submodule's.
  const opened = await openSubmodule(root).catch(ifAbsent(null));
  if (opened?.state !== 'open') return false;
  const [own, common] = await Promise.all([realpath(opened.place.gitDir), realpath(commonDir)]);
  return own === common;
}
