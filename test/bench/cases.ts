/** What is measured, against which yardstick, and how many times its time it may take. */
import type { BenchWorld } from './world.js';

export interface Yardstick {
  name: string;
  run(world: BenchWorld): void;
}

export interface Case {
  name: string;
  yardstick: Yardstick;
  /** The highest ratio that is accepted; null: only reported. */
  limit: number | null;
  /** Made once, before the first run. */
  prepare?(world: BenchWorld): void;
  /** Before and after each run, unmeasured. */
  before?(world: BenchWorld): void;
  run(world: BenchWorld): void;
  after?(world: BenchWorld): void;
}

const node: Yardstick = { name: 'node -e 0', run: world => void world.node('-e', '0') };
const worktree: Yardstick = {
  name: 'git worktree add',
  run(world) {
    const number = world.next();
    world.run('git', 'worktree', 'add', '-q', '-b', `y${number}`, `${world.root}/y${number}`);
  },
};
const window: Yardstick = {
  name: 'tmux new-window',
  run: world => void world.tmux('new-window', '-d', 'sleep 3600'),
};

/** A session whose agent runs and is idle. */
function idleSession(name: string) {
  return (world: BenchWorld) => void world.actor('new', '--agent', 'shell', name, ':', '--wait');
}

export const CASES: readonly Case[] = [
  { name: 'actor --version', yardstick: node, limit: 2.2, run: world => void world.actor('--version') },
  {
    name: 'actor list (10 sessions)',
    yardstick: node,
    limit: 2.2,
    prepare(world) {
      for (let number = 0; number < 10; number++) world.actor('new', '--agent', 'shell', `list-${number}`);
    },
    run: world => void world.actor('list'),
  },
  {
    name: 'actor run (submitted)',
    yardstick: node,
    limit: 2.2,
    prepare: idleSession('run'),
    run: world => void world.actor('run', 'run', ':'),
    after: world => void world.actor('wait', 'run'),
  },
  {
    name: 'actor run --wait',
    yardstick: node,
    limit: null,
    prepare: idleSession('run-wait'),
    run: world => void world.actor('run', 'run-wait', ':', '--wait'),
  },
  {
    name: 'actor peek',
    yardstick: node,
    limit: null,
    prepare: idleSession('peek'),
    run: world => void world.actor('peek', 'peek'),
  },
  {
    name: 'actor daemon start (cold)',
    yardstick: node,
    limit: null,
    before: world => void world.actor('daemon', 'stop'),
    run: world => void world.actor('daemon', 'start'),
  },
  {
    name: 'actor new (no agent yet)',
    yardstick: worktree,
    limit: null,
    run: world => void world.actor('new', '--agent', 'shell', `n${world.next()}`),
  },
  {
    name: 'actor new with a prompt',
    yardstick: window,
    limit: null,
    run: world => void world.actor('new', '--agent', 'shell', `w${world.next()}`, ':'),
  },
  { name: 'actor --help (yargs)', yardstick: node, limit: null, run: world => void world.actor('--help') },
];
