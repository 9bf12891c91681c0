/** What a stop did. */
import type { Methods } from '../protocol.js';
import { promptLines } from './prompts.js';

/** Dropped prompts whole: nobody keeps them any more. */
export function stopLines({ name, stopped, dropped }: Methods['stop']['result'][number]): string[] {
  const line = stopped ? `stopped ${name}` : `${name} is not mid-turn`;
  return dropped.length > 0 ? [line, `dropped of ${name}:`, ...promptLines(dropped)] : [line];
}
