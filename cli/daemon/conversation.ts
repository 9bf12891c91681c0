/** Whether an agent still has the conversation that it is to go on with. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ConversationRecord } from '../agents/agent.js';

/** Does one of the files exist, or anything below the folders whose name contains the id? Folders that are not there are passed over. */
export async function isRecorded(id: string, { files, folders }: ConversationRecord): Promise<boolean> {
  if (files.some(file => existsSync(file))) return true;
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true }).catch(() => []);
    if (entries.some(entry => path.basename(entry).includes(id))) return true;
  }
  return false;
}
