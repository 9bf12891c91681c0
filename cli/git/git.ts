/** The one door to git: nothing else in the program starts it. */
import { stat } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { Failure } from '../domain/failure.js';
import { NAMES_A_REPOSITORY } from '../domain/git-variables.js';

export interface GitOptions {
  /** Standard input; nothing unless given. */
  input?: string;
  /** Standard input and output as bytes, each of them one character (latin1): file names need not be UTF-8. See bytes.ts. */
  bytes?: boolean;
  /** Milliseconds until git, and what it has started, is ended and a {@link GitError} is thrown; no limit unless given. */
  timeoutMs?: number;
  /** Ends git, and what it has started, when aborted; the call rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Settings for this call alone, stronger than all files (`git -c key=value`). */
  config?: Record<string, string>;
  /** The repository by name instead of by discovery; with {@link workTree}, the work tree as well. */
  gitDir?: string;
  workTree?: string;
  /** Another index file than the work tree's own. */
  indexFile?: string;
  /**
   * Keep the caller's language: for acts that run the user's hooks and filters, which should not meet a changed locale.
   * Git's messages may then be translated.
   */
  asUser?: boolean;
  /** Everybody else goes first: git, and what it starts, has a lower priority. */
  inBackground?: boolean;
  /** Git's standard error as it comes, for progress. */
  onStderr?: (text: string) => void;
}

export interface GitResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Git said no: which subcommand, with what exit code (null: ended by a signal or a time limit), in its own words. */
export class GitError extends Failure {
  readonly subcommand: string;
  readonly exitCode: number | null;
  /** Git's own text, terminal escapes removed, `fatal:` kept off. */
  readonly text: string;

  constructor(subcommand: string, exitCode: number | null, text: string) {
    // The reason comes first; but where a hook of the user's failed, git only says what it was about to do.
    const [first, ...more] = text.split('\n').filter(line => line.trim() !== '');
    const reason = first?.startsWith('Preparing worktree') ? (more.at(-1) ?? first) : first;
    super(1, `git ${subcommand}: ${reason || `exit code ${exitCode}`}`);
    this.name = 'GitError';
    this.subcommand = subcommand;
    this.exitCode = exitCode;
    this.text = text;
  }
}

/** These change how a repository is read: what is asked here is asked for the same answer everywhere. */
const CHANGES_READING = [
  'GIT_INDEX_VERSION',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
];

/** So long may what git has started take to go when it is told to, in milliseconds; then it is killed. */
const GROUP_PATIENCE = 500;

/** A hook may leave a background process that holds our pipes: git has ended, and nobody waits longer than this (ms). */
const PIPES_AFTER_EXIT = 500;

/**
 * Git reads the administrative folders of all work trees for many a command, and dies of one that another git is making at
 * this moment: `fatal: failed to read …/worktrees/x/commondir: Success`, for 25 of 300 `git worktree add` of which ten ran at
 * once (git 2.39.5). It had done nothing then in any of them, and is simply asked again, with growing pauses (ms).
 */
const ATTEMPTS = 12;
const ATTEMPT_EVERY = 20;

function metHalfMade({ exitCode, stderr }: GitResult): boolean {
  return exitCode === 128 && /\/worktrees\/[^/\n]+\/commondir\b/.test(stderr);
}

export class Git {
  readonly #env: Record<string, string>;
  readonly #signal: AbortSignal | undefined;

  /**
   * `env`: the caller's whole environment (PATH, HOME, proxies, ssh agent …); what names a repository, or changes how one is read, is dropped.
   * `signal`: for every call that is given none of its own.
   */
  constructor(env: Record<string, string>, signal?: AbortSignal) {
    this.#signal = signal;
    const own = { ...env };
    for (const name of [...NAMES_A_REPOSITORY, ...CHANGES_READING]) delete own[name];
    this.#env = { ...own, GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', GIT_EDITOR: ':' };
  }

  /** Runs git in `dir` and returns its standard output, unchanged. Throws {@link GitError} for any exit code but 0. */
  async run(dir: string, args: string[], options: GitOptions = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await this.attempt(dir, args, options);
    if (exitCode !== 0) throw new GitError(subcommandOf(args), exitCode, gitText(stderr));
    return stdout;
  }

  /** Like {@link run}, for output of one line: without its newline. */
  async line(dir: string, args: string[], options: GitOptions = {}): Promise<string> {
    return (await this.run(dir, args, options)).replace(/\n$/, '');
  }

  /**
   * Runs git in `dir` and answers how it ended, whatever the exit code. Throws {@link GitError} when it passed its time
   * limit or died of a signal, and a Failure when there is no git or no such directory.
   */
  async attempt(dir: string, args: string[], given: GitOptions = {}): Promise<GitResult> {
    const signal = given.signal ?? this.#signal;
    const options = signal === undefined ? given : { ...given, signal };
    for (let attempts = 1; ; attempts++) {
      const result = await this.#once(dir, args, options);
      if (!metHalfMade(result) || attempts === ATTEMPTS) return result;
      await delay(ATTEMPT_EVERY * attempts, undefined, options.signal ? { signal: options.signal } : {});
    }
  }

  async #once(dir: string, args: string[], options: GitOptions): Promise<GitResult> {
    const subcommand = subcommandOf(args);
    // What git has started (a fetch, and the ssh of that) does not end with it: only with the group that they are then.
    const isGroup = options.signal !== undefined || options.timeoutMs !== undefined;
    const subprocess = execa('git', [...globalArguments(options), ...args], {
      cwd: dir,
      env: this.#environment(dir, options),
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      forceKillAfterDelay: 1000,
      detached: isGroup,
      ...(options.input === undefined
        ? { stdin: 'ignore' as const }
        : { input: Buffer.from(options.input, options.bytes ? 'latin1' : 'utf8') }),
      ...(options.bytes ? { encoding: 'latin1' as const } : {}),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    if (options.inBackground && subprocess.pid !== undefined) lowerPriority(subprocess.pid);
    let stderr = '';
    let exited: number | null = null;
    subprocess.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
      options.onStderr?.(chunk.toString('utf8'));
    });
    subprocess.once('exit', code => {
      exited = code;
      void delay(PIPES_AFTER_EXIT, undefined, { ref: false }).then(() => {
        subprocess.stdout.destroy();
        subprocess.stderr.destroy();
      });
    });
    const result = await subprocess;
    if (isGroup && (result.isCanceled || result.timedOut)) await endGroup(subprocess.pid);
    if (result.isCanceled) throw options.signal?.reason ?? new GitError(subcommand, null, 'cancelled');
    if (result.timedOut) throw new GitError(subcommand, null, `no answer after ${options.timeoutMs} ms`);
    if (result.isMaxBuffer) throw new GitError(subcommand, null, 'its output is too large');
    const exitCode = result.exitCode ?? exited;
    if (exitCode !== null)
      return {
        exitCode,
        stdout: result.stdout ?? '',
        stderr: options.bytes ? stderr : (result.stderr ?? stderr),
      };
    if (result.signal !== undefined) throw new GitError(subcommand, null, `ended by ${result.signal}`);
    throw await notStarted(dir, result.code, result.shortMessage ?? '');
  }

  #environment(dir: string, options: GitOptions): Record<string, string> {
    return {
      ...this.#env,
      // A stale PWD is believed by hooks.
      PWD: dir,
      ...(options.indexFile === undefined ? {} : { GIT_INDEX_FILE: options.indexFile }),
      // Reading must not fight the agent for index.lock.
      ...(options.asUser ? {} : { LC_ALL: 'C', LANGUAGE: 'C', GIT_OPTIONAL_LOCKS: '0' }),
    };
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended.
  }
}

async function endGroup(leader: number | undefined): Promise<void> {
  if (leader === undefined) return;
  const send = (signal: 'SIGTERM' | 'SIGKILL' | 0) => {
    try {
      return process.kill(-leader, signal);
    } catch {
      return false;
    }
  };
  send('SIGTERM');
  for (let waited = 0; waited < GROUP_PATIENCE && send(0); waited += 20) await delay(20);
  send('SIGKILL');
}

function globalArguments(options: GitOptions): string[] {
  // A file system monitor is a program of the user's that may be wrong or hang; what we ask must rest on the files.
  const reading = options.asUser ? {} : { 'core.quotePath': 'false', 'core.fsmonitor': 'false' };
  const config = { ...reading, ...options.config };
  return [
    '--no-pager',
    ...(options.gitDir === undefined ? [] : [`--git-dir=${options.gitDir}`]),
    ...(options.workTree === undefined ? [] : [`--work-tree=${options.workTree}`]),
    ...Object.entries(config).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
}

function subcommandOf(args: string[]): string {
  const [first = '', second = ''] = args;
  return first === 'worktree' || first === 'submodule' || first === 'bundle' ? `${first} ${second}` : first;
}

/** Git's standard error as a person should read it: no escapes, no progress, no `fatal:`. */
export function gitText(stderr: string): string {
  const lines = stderr
    .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .split('\n')
    .map(line => line.slice(line.lastIndexOf('\r') + 1))
    .map(line => line.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''));
  const first = lines.findIndex(line => /^(fatal|error): /.test(line));
  return lines
    .slice(Math.max(first, 0))
    .map(line => line.replace(/^(fatal|error): /, ''))
    .join('\n')
    .trim();
}

async function notStarted(dir: string, code: string | undefined, message: string): Promise<Failure> {
  const directory = await stat(dir).catch(() => null);
  if (directory === null) return new Failure(1, `there is no directory ${dir}`);
  if (!directory.isDirectory()) return new Failure(1, `${dir} is not a directory`);
  if (code === 'ENOENT') return new Failure(1, 'git is not installed, or not on PATH', 'actor doctor');
  return new Failure(1, `git did not start: ${message}`);
}
