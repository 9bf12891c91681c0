/** What is measured, against which yardstick, and how many times its time it may take. */
import { join } from 'node:path';
import { packageRoot } from '../helpers/root.js';
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
  /** Measured after the others: for some seconds a new daemon looks at all worktrees, beside what comes next. */
  isApart?: boolean;
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
const creation: Yardstick = {
  name: 'node + worktree add',
  run(world) {
    node.run(world);
    worktree.run(world);
  },
};
const start: Yardstick = {
  name: 'the same + new-window',
  run(world) {
    creation.run(world);
    world.tmux('new-window', '-d', 'bash');
  },
};

/** A hook can do no less: it keeps what it is given, under a name that is there at once. */
const keep: Yardstick = {
  name: 'sh: cat, mv',
  run: world => world.pipe(PAYLOAD, 'sh', '-c', 'cat > "$HOME/draft" && mv -f "$HOME/draft" "$HOME/kept"; :'),
};
const PAYLOAD = JSON.stringify({ hook_event_name: 'Stop', last_assistant_message: 'x'.repeat(2000) });

/** A session whose agent runs and is idle. */
function idleSession(name: string) {
  return (world: BenchWorld) => void world.actor('new', '--agent', 'shell', name, ':', '--wait');
}

export const CASES: readonly Case[] = [
  { name: 'actor --version', yardstick: node, limit: 2.2, run: world => void world.actor('--version') },
  {
    name: 'actor list (few sessions)',
    yardstick: node,
    limit: 2.2,
    prepare(world) {
      for (let number = 0; number < 10; number++) world.actor('new', '--agent', 'shell', `list-${number}`);
    },
    run: world => void world.actor('list'),
  },
  {
    name: 'actor list (50 and more sessions)',
    yardstick: node,
    limit: 2.2,
    prepare(world) {
      for (let number = 10; number < 50; number++)
        world.actor('new', '--agent', 'shell', '--no-worktree', `list-${number}`);
    },
    run: world => void world.actor('list'),
  },
  {
    name: 'actor run (queued)',
    yardstick: node,
    limit: 2.2,
    prepare(world) {
      world.actor('new', '--agent', 'shell', '--no-worktree', 'busy', 'sleep 3600');
    },
    run: world => void world.actor('run', 'busy', ':'),
  },
  {
    name: 'actor run (acknowledged)',
    yardstick: node,
    limit: null,
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
    isApart: true,
    yardstick: node,
    limit: null,
    before: world => void world.actor('daemon', 'stop'),
    run: world => void world.actor('daemon', 'start'),
  },
  {
    name: 'actor new x',
    yardstick: creation,
    limit: 2.2,
    run: world => void world.actor('new', '--agent', 'shell', `n${world.next()}`),
  },
  {
    name: 'actor new x -p true (acknowledged)',
    yardstick: start,
    limit: 3.5,
    run: world => void world.actor('new', '--agent', 'shell', `w${world.next()}`, '-p', 'true'),
  },
  {
    name: 'hooks/agent-event.sh',
    yardstick: keep,
    limit: 1.5,
    prepare: world => void world.actor('daemon', 'start'),
    run: world => world.pipe(PAYLOAD, 'sh', join(packageRoot, 'hooks', 'agent-event.sh'), 'Stop'),
  },
  { name: 'actor --help (yargs)', yardstick: node, limit: null, run: world => void world.actor('--help') },
];
