/** The one door to tmux: nothing else starts it. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { tmuxEnvironment } from './environment.js';

export interface TmuxOptions {
  /** Absolute path of the server's socket. */
  socket: string;
  /** Absolute path of actor's own configuration. */
  config: string;
  /** The user's additions, read last, if the file exists; null or absent: none. */
  userConfig?: string | null;
  /** Name or path of the program; `tmux` unless given. */
  program?: string;
  /** What the server's environment is chosen from; this process's unless given. */
  environment?: Record<string, string | undefined>;
}

export interface RunOptions {
  /** Standard input, for `load-buffer -` and `source-file -`. */
  input?: string | Uint8Array;
  /** Milliseconds until the client is ended; 10 s unless given. The server may have done the command all the same. */
  timeoutMs?: number;
}

export type TmuxErrorKind =
  | /** Nobody answers at the socket, or the server ended while it was asked. */ 'no-server'
  | /** The program is not there. */ 'not-installed'
  | /** tmux said no; `stderr` tells why. */ 'failed'
  | /** No answer in time. */ 'timeout';

export class TmuxError extends Error {
  readonly kind: TmuxErrorKind;
  /** The first command, `paste-buffer` say. */
  readonly subcommand: string;
  /** tmux's own words, without control characters. */
  readonly stderr: string;

  constructor(kind: TmuxErrorKind, subcommand: string, stderr: string, options?: ErrorOptions) {
    super(`tmux ${subcommand}: ${stderr === '' ? kind : stderr}`, options);
    this.name = 'TmuxError';
    this.kind = kind;
    this.subcommand = subcommand;
    this.stderr = stderr;
  }
}

export class Tmux {
  readonly socket: string;
  readonly config: string;
  readonly userConfig: string | null;
  readonly program: string;
  readonly environment: Record<string, string>;

  constructor(options: TmuxOptions) {
    this.socket = options.socket;
    this.config = options.config;
    this.userConfig = options.userConfig ?? null;
    this.program = options.program ?? 'tmux';
    this.environment = tmuxEnvironment(options.environment ?? process.env);
  }

  /**
   * One command of a running server; never starts one. Returns its output without the last newline.
   * @throws {TmuxError}
   */
  run(args: string[], options?: RunOptions): Promise<string> {
    return this.runAll([args], options);
  }

  /**
   * Several commands in one invocation: the server takes them whole or not at all, and stops at the first that fails.
   * @throws {TmuxError} named after the first command.
   */
  async runAll(commands: string[][], options?: RunOptions): Promise<string> {
    // Before the first window, and so at the first start of all, there is nobody to ask: that costs no process.
    if (!existsSync(this.socket)) throw new TmuxError('no-server', commands[0]?.[0] ?? '', '');
    return this.#execute([this.program, '-N'], commands, options);
  }

  /**
   * Commands that start the server if none runs, with its configuration; `launcher` is put before the program.
   * @throws {TmuxError}
   */
  start(commands: string[][], launcher: string[] = []): Promise<string> {
    // tmux shows a missing file as an error on the first client's screen.
    const hasOwn = this.userConfig !== null && existsSync(this.userConfig);
    const configs = [this.config, ...(hasOwn ? [this.userConfig!] : [])];
    return this.#execute([...launcher, this.program, ...configs.flatMap(path => ['-f', path])], commands);
  }

  /** Does somebody answer at the socket? The file proves nothing: a dead server leaves it behind. */
  isAnswering(): Promise<boolean> {
    return new Promise(resolve => {
      const socket = connect(this.socket);
      const answer = (value: boolean) => {
        socket.destroy();
        resolve(value);
      };
      socket.once('connect', () => answer(true));
      socket.once('error', () => answer(false));
    });
  }

  async #execute(prefix: string[], commands: string[][], options: RunOptions = {}): Promise<string> {
    const [file = this.program, ...before] = prefix;
    const words = commands.flatMap((command, index) => [
      ...(index === 0 ? [] : [';']),
      ...command.map(escapeLastSemicolon),
    ]);
    const result = await execa(file, [...before, '-u', '-S', this.socket, ...words], {
      // Beside the socket: a folder that lives as long as the server, unlike the caller's.
      cwd: dirname(this.socket),
      env: this.environment,
      extendEnv: false,
      reject: false,
      timeout: options.timeoutMs ?? 10_000,
      forceKillAfterDelay: 500,
      // It lives for milliseconds, and a daemon that goes lets it do its command; execa's own listeners cost more than that.
      cleanup: false,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    });
    if (!result.failed) return result.stdout;
    const subcommand = commands[0]?.[0] ?? '';
    const stderr = printable(result.stderr ?? '');
    const fail = (kind: TmuxErrorKind) => new TmuxError(kind, subcommand, stderr, { cause: result });
    if (result.timedOut) throw fail('timeout');
    if (result.code === 'ENOENT') throw fail('not-installed');
    // Asked of the socket, since tmux's wording differs by version.
    throw fail((await this.isAnswering()) ? 'failed' : 'no-server');
  }
}

/** tmux takes an argument's last `;` for the end of a command, unless a backslash stands before it. */
function escapeLastSemicolon(word: string): string {
  return word.endsWith(';') ? `${word.slice(0, -1)}\\;` : word;
}

function printable(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replace(/\p{Cc}/gu, '');
}
