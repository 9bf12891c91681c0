/** Moving and deleting whole directories, where a plain rename or delete does not do. */
import { chmod, cp, lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Deletes a directory and all in it; directories without write permission (a module cache's, say) are made writable first. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch (error) {
    if (!isDenied(error)) throw error;
    await makeWritable(path);
    await rm(path, { recursive: true, force: true });
  }
}

/**
 * Moves a directory, to another file system too: then as a copy under a temporary name beside `to`, so that `to` is whole
 * when it appears. Sockets and pipes are left behind. Can be repeated after a crash.
 */
export async function moveTree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const partial = `${to}.partial`;
    await removeTree(partial);
    await cp(from, partial, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: async source => {
        const stats = await lstat(source);
        return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
      },
    });
    await rename(partial, to);
    await removeTree(from);
  }
}

function isDenied(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

async function makeWritable(path: string): Promise<void> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) return;
  await chmod(path, stats.mode | 0o700);
  for (const name of await readdir(path)) await makeWritable(join(path, name));
}
