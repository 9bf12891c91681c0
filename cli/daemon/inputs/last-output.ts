/** What the turn has put out that its agent's own end has cut off. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../running.js';

/** A window's record is written by a process beside it, which may lag behind the window's end by this much, in milliseconds. */
const LAG = 1000;
const LOOK_EVERY = 20;

/**
 * The output of the turn that is open by the record of an agent that is gone; null: none is. Waits until the record ends as
 * the window's last `screen` (plain text) does, or for as long as a record may lag.
 */
export async function lastOutput(running: Running, screen: string): Promise<string | null> {
  const [row = ''] = screen.trimEnd().split('\n').slice(-1);
  for (const deadline = performance.now() + LAG; ; await delay(LOOK_EVERY)) {
    running.readTails(true);
    const { pending } = running;
    if (pending === null) return null;
    if (pending.text.trimEnd().endsWith(row) || performance.now() >= deadline)
      return pending.isOfTurn ? pending.text : null;
  }
}
