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
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true }).catch(() => []);
    for (const entry of entries)
      if (path.basename(entry).includes(id) && (await holds(path.join(folder, entry), mark))) return true;
  }
  return false;
}

async function holds(file: string, mark: string | undefined): Promise<boolean> {
  if (mark === undefined || !existsSync(file)) return existsSync(file);
  const handle = await open(file);
  try {
    for await (const line of handle.readLines({ autoClose: false })) if (line.includes(mark)) return true;
  } catch {
    // A folder of that name.
  } finally {
    await handle.close();
  }
  return false;
}
