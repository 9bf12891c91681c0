/** What has no yardstick: how soon an event is told, what a hook costs, and what an idle daemon costs. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActorEvent } from '../../cli/protocol.js';
import { packageRoot } from '../helpers/root.js';
import { median, percentile } from './statistics.js';
import { BenchWorld } from './world.js';

export interface Figure {
  name: string;
  value: number;
  unit: string;
  limit: number | null;
}

const SAMPLES = 30;
/** What the daemon was busy with before (sessions made, events, hooks) is over after this time, in milliseconds. */
const SETTLED_AFTER = 5000;
/** How long an idle daemon is watched, in milliseconds. */
const IDLE_TIME = 30_000;
/** Of a kernel's clock ticks, which `/proc/<pid>/stat` counts, in milliseconds. */
const TICK = 10;

/** All figures, in a world of their own. */
export async function measureDaemon(): Promise<Figure[]> {
  const world = new BenchWorld();
  try {
    world.actor('new', '--agent', 'shell', '--no-worktree', 'probe', ':', '--wait');
    const alone = median(await latencies(world));
    for (let number = 1; number < 50; number++)
      world.actor('new', '--agent', 'shell', '--no-worktree', `idle-${number}`, ':');
    world.actor('wait');
    const crowded = median(await latencies(world));
    const hooked = await latencyBesideHooks(world);
    const pid = Number(readFileSync(join(world.root, 'actor', 'daemon.pid'), 'utf8'));
    const share = await idleShare(pid);
    return [
      { name: "a command's end to the event on events -f (median)", value: alone, unit: 'ms', limit: 30 },
      { name: 'the same with 50 sessions', value: crowded, unit: 'ms', limit: 60 },
      ...hooked,
      { name: 'idle daemon with 50 sessions: of a core', value: share, unit: '%', limit: 1 },
      {
        name: 'idle daemon with 50 sessions: resident',
        value: residentMegabytes(pid),
        unit: 'MB',
        limit: 120,
      },
    ];
  } finally {
    world.remove();
  }
}

/** The command's own last act is to print the time, so the event's message says when it ended. Milliseconds. */
export async function latencies(world: BenchWorld): Promise<number[]> {
  const program = join(packageRoot, 'dist', 'actor.cjs');
  const follower = spawn(
    process.execPath,
    [program, 'events', '-f', '--json', '--session', 'probe', '--type', 'completed'],
    {
      cwd: world.repository,
      env: world.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: follower.stdout })[Symbol.asyncIterator]();
  const times: number[] = [];
  const known = Number(
    world.actor('events', '--session', 'probe', '--type', 'completed', '--json').split('\n').length - 1,
  );
  for (let skipped = 0; skipped < known; skipped++) await lines.next();
  for (let sample = 0; sample < SAMPLES; sample++) {
    world.actor('run', 'probe', 'date +%s%N');
    const { value } = await lines.next();
    const arrived = BigInt(Date.now()) * 1_000_000n;
    const { message } = JSON.parse(String(value)) as ActorEvent;
    times.push(Number(arrived - BigInt(message ?? '0')) / 1e6);
  }
  follower.kill();
  return times;
}

/** Hooks as bad as they come, and how much later others hear of an event because of them. */
const BAD_HOOKS: Record<string, string> = {
  'prints at full speed': 'exec yes "a line of output that nobody reads"',
  'forks without end': 'while :; do (:) & (:) & (:) & wait; done',
};

/** How much later nine of ten events are known while another session's hook is at work. */
async function latencyBesideHooks(world: BenchWorld): Promise<Figure[]> {
  const figures: Figure[] = [];
  const settings = join(world.root, 'actor', 'settings.kdl');
  const alone = await latencies(world);
  for (const [name, command] of Object.entries(BAD_HOOKS)) {
    const script = `[ "$ACTOR_NAME" = bad ] || exit 0; ${command}`;
    writeFileSync(settings, `hooks { before-run ${JSON.stringify(script)} timeout=600; }\n`);
    world.actor('new', '--agent', 'shell', '--no-worktree', 'bad', ':');
    const beside = await latencies(world);
    world.actor('discard', 'bad', '--force');
    const value = Math.max(0, percentile(beside, 0.9) - percentile(alone, 0.9));
    figures.push({
      name: `an event beside a hook that ${name}: later by (p90)`,
      value,
      unit: 'ms',
      limit: 100,
    });
  }
  writeFileSync(settings, '');
  return figures;
}

/** Of a core, in percent: what this daemon costs while it has nothing to do; with `all`, with what it starts. */
export async function idleShare(pid: number, all = false): Promise<number> {
  await delay(SETTLED_AFTER);
  const before = processorTime(pid, all);
  await delay(IDLE_TIME);
  return (100 * (processorTime(pid, all) - before)) / IDLE_TIME;
}

/** Milliseconds that this process has worked; with `all`, those too that its ended children have. */
function processorTime(pid: number, all = false): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, all ? 15 : 13).reduce((sum, field) => sum + Number(field) * TICK, 0);
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
