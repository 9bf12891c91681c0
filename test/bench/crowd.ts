/**
 * A hundred sessions in a repository of 50,000 files: what the daemon costs while they rest, and how much later an event is
 * known while worktrees of theirs are compared with their base without a pause.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, idleShare, latencies } from './daemon.js';
import { percentile } from './statistics.js';
import { BenchWorld } from './world.js';

const SESSIONS = 100;
const FILES = 50_000;
/** Sessions with a worktree of their own: their looks are made one after the other, so that more of them only take longer. */
const WORKTREES = 5;
/** Turns of each while events are measured: more than are over by then. */
const TURNS = 40;

export async function measureCrowd(): Promise<Figure[]> {
  const world = new BenchWorld(FILES);
  const big = Array.from({ length: WORKTREES }, (_, index) => `big-${index}`);
  try {
    world.actor('new', '--agent', 'shell', '--no-worktree', 'probe', ':', '--wait');
    const alone = await latencies(world);
    for (const name of big) world.actor('new', '--agent', 'shell', name, ':');
    for (let number = WORKTREES + 1; number < SESSIONS; number++)
      world.actor('new', '--agent', 'shell', '--no-worktree', `idle-${number}`, ':');
    world.actor('wait');

    const pid = Number(readFileSync(join(world.root, 'actor', 'daemon.pid'), 'utf8'));
    const share = await idleShare(pid, true);

    for (let turn = 0; turn < TURNS; turn++)
      for (const name of big) world.actor('run', name, 'date > changed; sleep 1');
    const beside = await latencies(world);
    const later = Math.max(0, percentile(beside, 0.9) - percentile(alone, 0.9));
    return [
      {
        name: `idle daemon with ${SESSIONS} sessions, and all that it starts: of a core`,
        value: share,
        unit: '%',
        limit: 1,
      },
      {
        name: `an event beside diffs of ${FILES} files without a pause: later by (p90)`,
        value: later,
        unit: 'ms',
        limit: 100,
      },
    ];
  } finally {
    world.remove();
  }
}
