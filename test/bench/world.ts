/** A private home, repository and tmux server for measuring; and the programs to measure, run to their end. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../helpers/root.js';

export class BenchWorld {
  readonly root = mkdtempSync('/tmp/b-');
  readonly repository = join(this.root, 'repo');
  readonly env: Record<string, string>;
  #count = 0;

  /** `files`: so many in the repository. */
  constructor(files = 200) {
    const home = join(this.root, 'home');
    for (const folder of [home, this.repository]) mkdirSync(folder);
    writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@example.com\n');
    writeFileSync(join(home, '.bashrc'), 'unset HISTFILE\n');
    this.env = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      HOME: home,
      ACTOR_HOME: join(this.root, 'actor'),
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
    };
    for (let file = 0; file < files; file++) {
      const folder = join(this.repository, `folder-${Math.floor(file / 100)}`);
      if (file % 100 === 0) mkdirSync(folder);
      writeFileSync(join(folder, `file-${file}`), `${file}\n`.repeat(50));
    }
    this.run('git', 'init', '-q', '-b', 'main');
    this.run('git', 'add', '.');
    this.run('git', 'commit', '-qm', 'Begin');
    this.tmux('new-session', '-d', 'sleep 3600');
  }

  /** A number that was not given before: for names. */
  next(): number {
    return ++this.#count;
  }

  /** Runs a program in the repository. @throws when it does not end with status 0. */
  run(program: string, ...words: string[]): string {
    const { status, stdout, stderr, error } = spawnSync(program, words, {
      cwd: this.repository,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    if (status !== 0)
      throw error ?? new Error(`${program} ${words.join(' ')}: status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs a program with this text on its standard input, as the hook of an agent that nobody knows. */
  pipe(input: string, program: string, ...words: string[]): void {
    const env = { ...this.env, ACTOR_NAME: 'nobody', ACTOR_LAUNCH: '0000000000' };
    spawnSync(program, words, { cwd: this.repository, env, input });
  }

  node(...words: string[]): string {
    return this.run(process.execPath, ...words);
  }

  /** The built client. */
  actor(...words: string[]): string {
    return this.node(join(packageRoot, 'dist', 'actor.cjs'), ...words);
  }

  /** A tmux server beside actor's own: the yardstick. */
  tmux(...words: string[]): string {
    return this.run('tmux', '-S', join(this.root, 'yardstick.sock'), '-f', '/dev/null', ...words);
  }

  /** Ends everything and removes it. */
  remove(): void {
    try {
      this.actor('down');
    } finally {
      this.tmux('kill-server');
      rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
}
