/** How soon the menu is there, with a hundred sessions: from the key in a person's terminal to the rows that tmux draws in it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../helpers/root.js';
import type { Figure } from './daemon.js';
import { median, percentile } from './statistics.js';
import { BenchWorld } from './world.js';

const SESSIONS = 100;
const SAMPLES = 40;
/** What is drawn last may take so long, in milliseconds. */
const QUIET = 150;

export async function measureMenu(): Promise<Figure[]> {
  const world = new BenchWorld();
  const terminal = new ControlledTerminal(world);
  try {
    world.actor('--detach', 'shell');
    for (let number = 1; number < SESSIONS; number++)
      world.actor(
        'new',
        '--agent',
        'shell',
        '--no-worktree',
        `s-${number}`,
        ':',
        '--purpose',
        `work ${number}`,
      );
    world.actor('wait');
    terminal.run([process.execPath, join(packageRoot, 'dist', 'actor.cjs'), 'attach']);
    await terminal.draws('C-z menu', () => {});
    const opened: number[] = [];
    const updated: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      await delay(QUIET);
      opened.push(await terminal.draws(`${SESSIONS} sessions`, () => terminal.press('C-z')));
      await delay(QUIET);
      terminal.press('q');
    }
    for (let sample = 0; sample < SAMPLES / 4; sample++) {
      await delay(2 * QUIET);
      updated.push(await terminal.draws('★', () => world.actor('run', 's-1', 'sleep 0.5')));
      world.actor('wait', 's-1');
    }
    const figure = (name: string, value: number, limit: number | null): Figure => ({
      name,
      value,
      unit: 'ms',
      limit,
    });
    return [
      figure(`C-z to the drawn menu, ${SESSIONS} sessions (median)`, median(opened), 50),
      figure('the same (p90)', percentile(opened, 0.9), null),
      figure('from the end of actor run to its mark in the status line (median)', median(updated), 200),
    ];
  } finally {
    terminal.close();
    world.remove();
  }
}

/** A pane of the outer tmux, driven by one client in control mode: no process is started for a key or a look. */
class ControlledTerminal {
  readonly #world: BenchWorld;
  readonly #client;
  #listener: (text: string) => void = () => {};
  #pane = '';

  constructor(world: BenchWorld) {
    this.#world = world;
    const socket = join(world.root, 'yardstick.sock');
    this.#client = spawn('tmux', ['-u', '-S', socket, '-C', 'attach'], {
      env: world.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#client.stdin.write('refresh-client -C 160x50\n');
    createInterface({ input: this.#client.stdout }).on('line', line => {
      const [, pane, text = ''] = /^%output (%\d+) (.*)$/.exec(line) ?? [];
      if (pane === this.#pane) this.#listener(plain(text));
    });
  }

  run(argv: readonly string[]): void {
    this.#pane = this.#world
      .tmux(
        'new-window',
        '-P',
        '-F',
        '#{pane_id}',
        '-c',
        this.#world.repository,
        'env',
        '-u',
        'TMUX',
        ...argv,
      )
      .trim();
  }

  press(key: string): void {
    this.#client.stdin.write(`send-keys -t ${this.#pane} ${key}\n`);
  }

  /** Milliseconds from `act` until this text is drawn. */
  draws(text: string, act: () => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not drawn: ${text}`)), 20_000);
      let drawn = '';
      this.#listener = piece => {
        drawn += piece;
        if (!drawn.includes(text)) return;
        clearTimeout(timer);
        this.#listener = () => {};
        resolve(performance.now() - begin);
      };
      act();
      const begin = performance.now();
    });
  }

  close(): void {
    this.#client.kill();
  }
}

/** As control mode writes it: bytes below space and backslash in octal; without the escape sequences between words. */
function plain(text: string): string {
  return text
    .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\([A-B0])/g, '');
}
