/** The thread in which much is copied, see copying.ts: the daemon answers others meanwhile, and can end it at any moment. */
import { parentPort, workerData } from 'node:worker_threads';
import { Copying } from './copy.js';
import type { CopyMessage, CopyTask } from './copying.js';

/** Between two words about how far it is, in milliseconds. */
const PACE = 200;

const { trees, names } = workerData as CopyTask;
let told = Date.now();
const copying = new Copying(trees, () => {
  if (Date.now() - told < PACE) return;
  told = Date.now();
  tell({ made: copying.made });
});
try {
  const copied: boolean[] = [];
  for (const name of names) {
    const before = copying.made;
    copying.copy(name);
    copied.push(copying.made > before);
  }
  tell({ copied, outside: copying.outside.data, unreadable: copying.unreadable.data });
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  tell({ error: { code, message } });
}

function tell(message: CopyMessage): void {
  parentPort?.postMessage(message);
}
