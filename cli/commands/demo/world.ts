/** A home, a repository and an environment that exist only for the demo. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '../../client/connect.js';
import type { Environment } from '../../client/context.js';
import { distFolder } from '../../client/dist.js';
import { SOCKET_PATH_LIMIT } from '../../client/home.js';
import { Failure } from '../../domain/failure.js';
import { EXIT } from '../../protocol.js';

export interface Finished {
  /** null: ended by a signal. */
  code: number | null;
  /** stdout and stderr, as they came. */
  output: string;
}

/** What would make the demo's programs look into the caller's world instead of their own. */
const FOREIGN = /^(ACTOR_|GIT_|TMUX|XDG_|CLAUDE|CODEX|BASH_ENV$|ENV$|PROMPT_COMMAND$|HISTFILE$)/;

/** The longest that the clean end of everything may take before it is done the hard way, in milliseconds. */
const END_LIMIT = 5000;

export class DemoWorld {
  readonly root: string;
  readonly #home: string;
  readonly #repository: string;
  readonly #env: Environment;

  private constructor(root: string, env: Environment) {
    this.root = root;
    this.#home = join(root, 'actor');
    this.#repository = join(root, 'app');
    const own = Object.entries(env).filter(([name]) => !FOREIGN.test(name));
    this.#env = {
      ...Object.fromEntries(own),
      HOME: join(root, 'home'),
      ACTOR_HOME: this.#home,
      NO_COLOR: '1',
    };
  }

  /** A new, empty one; nothing but its folder exists yet. */
  static create(env: Environment): DemoWorld {
    const longest = Buffer.byteLength(join(tmpdir(), 'actor-demo-XXXXXX', 'actor', 'daemon.sock'));
    return new DemoWorld(
      mkdtempSync(join(longest <= SOCKET_PATH_LIMIT ? tmpdir() : '/tmp', 'actor-demo-')),
      env,
    );
  }

  /** The repository with one commit, and a HOME that knows its author. */
  async prepare(signal: AbortSignal): Promise<void> {
    for (const folder of [join(this.root, 'home'), this.#repository]) mkdirSync(folder);
    writeFileSync(
      join(this.root, 'home', '.gitconfig'),
      '[user]\n\tname = Demo\n\temail = demo@example.com\n',
    );
    writeFileSync(join(this.root, 'home', '.bashrc'), "PS1='$ '\nunset HISTFILE\n");
    writeFileSync(join(this.#repository, 'README'), 'An app.\n');
    for (const words of [
      ['init', '-q', '-b', 'main'],
      ['add', '.'],
      ['commit', '-qm', 'Begin'],
    ]) {
      const { code, output } = await this.#run('git', words, signal);
      if (code !== 0)
        throw new Failure(EXIT.failed, `git ${words[0]} failed: ${output.trim()}`, 'actor doctor');
    }
  }

  /** Runs one command of ours in the repository, to its end. */
  actor(words: readonly string[], signal: AbortSignal): Promise<Finished> {
    return this.#run(process.execPath, [join(distFolder(), 'actor.cjs'), ...words], signal);
  }

  /** Ends whatever runs in it, then removes its folder. */
  async remove(): Promise<void> {
    const limit = AbortSignal.timeout(END_LIMIT);
    const status = await this.actor(['daemon', 'status', '--json'], limit);
    const down = status.code === 0 ? await this.actor(['down'], limit) : status;
    if (down.code !== 0) await this.#endByForce(status.output);
    await rm(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async #endByForce(status: string): Promise<void> {
    const pid = /"pid":(\d+)/.exec(status)?.[1];
    if (pid) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }
    await this.#run(
      'tmux',
      ['-S', join(this.#home, 'tmux.sock'), 'kill-server'],
      AbortSignal.timeout(END_LIMIT),
    );
    await pause(100);
  }

  /** In a process group of its own: a Ctrl-C is for the demo, which then ends things in order. */
  #run(program: string, words: readonly string[], signal: AbortSignal): Promise<Finished> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, words, {
        cwd: this.#repository,
        env: this.#env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        signal,
      });
      const pieces: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (piece: Buffer) => pieces.push(piece));
      child.once('error', error => {
        if (!signal.aborted) reject(new Failure(EXIT.failed, `cannot run ${program}: ${error.message}`));
      });
      child.once('close', code => resolve({ code, output: Buffer.concat(pieces).toString() }));
    });
  }
}
