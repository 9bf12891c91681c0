/** A cheap mark of what stands at a path: equal marks, equal contents, as far as size and times tell. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent } from './link.js';

/** Beyond this many entries a directory is marked by those seen so far. */
const LIMIT = 5000;

/** For a directory, of everything in it, but for itself: renaming a directory changes its own times. */
export async function contentMark(path: string): Promise<string> {
  const lines: string[] = [];
  await collect(path.replace(/\/$/, ''), '', lines);
  return lines.join('\n');
}

async function collect(path: string, name: string, lines: string[]): Promise<void> {
  const stats = await lstat(path).catch(ifAbsent(null));
  if (stats === null) {
    lines.push(`${name} absent`);
    return;
  }
  if (!stats.isDirectory()) {
    lines.push(`${name} ${stats.mode} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`);
    return;
  }
  lines.push(`${name}/`);
  for (const child of (await readdir(path).catch(ifAbsent([] as string[]))).sort()) {
    if (lines.length >= LIMIT) return;
    await collect(join(path, child), `${name}/${child}`, lines);
  }
}
