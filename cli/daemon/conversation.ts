/** Whether an agent still has the conversation that it is to go on with. */
import { existsSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ConversationRecord } from '../agents/agent.js';

/**
 * Is there something to resume in one of the files, or in one below the folders whose name contains the id? What is not there,
 * or cannot be read, is passed over.
 */
export async function isRecorded(id: string, { files, folders, mark }: ConversationRecord): Promise<boolean> {
  for (const file of files) if (await holds(file, mark)) return true;
  for (const folder of folders)
    for await (const file of filesBelow(folder))
      if (path.basename(file).includes(id) && (await holds(file, mark))) return true;
  return false;
}

/** Not one recursive `readdir`: that finds nothing at all when one folder cannot be read, or goes meanwhile. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else yield file;
  }
}

async function holds(file: string, mark: string | undefined): Promise<boolean> {
  if (mark === undefined) return existsSync(file);
  const handle = await open(file).catch(() => null);
  try {
    for await (const line of handle?.readLines({ autoClose: false }) ?? [])
      if (line.includes(mark)) return true;
  } catch {
    // It is a folder.
  } finally {
    await handle?.close();
  }
  return false;
}
