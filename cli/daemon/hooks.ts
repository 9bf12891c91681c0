/**
 * The user's lifecycle hooks, as the daemon runs them. Each has a folder under `run/` that says what runs, so that a later
 * daemon ends what this one left: two of the same must not run at the same time, nor one in a worktree that is taken back.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runHook } from '../../hooks/run.js';
import { birthOf } from '../alive.js';
import type { Definition } from '../domain/definition.js';
import { hookEnvironment, hookFailure, isGood } from '../domain/hook.js';
import type { Hook, HookName } from '../domain/settings.js';
import type { Outcome } from '../protocol.js';
import type { Daemon } from './context.js';
import { endProcesses, processesOf } from './processes.js';

/** So many daemons may die over the same question; then the answer is no. A hook could keep every daemon from living. */
const MOST_DEATHS = 3;
/** A hook that takes longer is told of, in milliseconds. */
const NOTICE_AFTER = 1000;
/** In a hook's folder: what runs there. */
const NOTE = 'hook.json';

export interface HookCall {
  name: HookName;
  hook: Hook;
  definition: Definition;
  /** The caller's. */
  env: Record<string, string>;
  /** Asked again when the daemon dies over it: the id of a prompt, the key of a request. */
  question?: string;
  /** With `after-run`. */
  ended?: { turn: number; outcome: Outcome; durationMs: number | null; message: string };
  signal?: AbortSignal;
  /** Told when it takes long. */
  notice?: (text: string) => void;
}

export interface HookAnswer {
  isYes: boolean;
  /** It was ended because its answer is not wanted any more. */
  isAborted: boolean;
  /** What became of it, with its last lines: for a person. */
  text: string;
}

/** What `hook.json` says. */
interface Note {
  name: HookName;
  session: string;
  question: string | null;
  /** So many daemons had died over it before. */
  deaths: number;
  /** When its time is over, in milliseconds since the epoch. */
  until: number;
  process: { pid: number; born: string | null } | null;
  /** Its daemon ended it when it was told to end: no death of a daemon. */
  isEnded?: true;
}

export class Hooks {
  readonly #daemon: Daemon;
  readonly #running = new Map<string, Note>();
  /** How often a daemon died over a question. */
  readonly #deaths = new Map<string, number>();
  #isEnding = false;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** Is one running? The daemon is needed then. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Runs a hook in its session's directory. Does not reject for anything that the hook does. */
  async call(call: HookCall): Promise<HookAnswer> {
    const { name, hook, definition, question } = call;
    const deaths = question === undefined ? 0 : (this.#deaths.get(question) ?? 0);
    if (deaths >= MOST_DEATHS)
      return {
        isYes: false,
        isAborted: false,
        text: `the ${name} hook is not run again: ${deaths} daemons died over it`,
      };
    const folder = path.join(this.#daemon.places.run, `hook-${randomBytes(5).toString('hex')}`);
    mkdirSync(folder, { mode: 0o700 });
    const note: Note = {
      name,
      session: definition.name,
      question: question ?? null,
      deaths,
      until: Date.now() + hook.timeout,
      process: null,
    };
    this.#running.set(folder, note);
    const timer = setTimeout(
      () =>
        call.notice?.(`the ${name} hook of ${definition.name} is running (up to ${hook.timeout / 1000} s)`),
      NOTICE_AFTER,
    );
    try {
      writeNote(folder, note);
      const end = await runHook({
        command: hook.command,
        dir: definition.dir,
        env: hookEnvironment(call.env, definition, this.#daemon.places.home, this.#endedTurn(folder, call)),
        timeout: hook.timeout,
        folder,
        ...(call.signal ? { signal: call.signal } : {}),
        onSpawn: pid => {
          note.process = { pid, born: birthOf(pid) };
          writeNote(folder, note);
        },
      });
      // Nobody acts on the word of a hook that was ended with us: the next daemon asks again.
      if (this.#isEnding) return await new Promise<never>(() => {});
      const text = hookFailure(name, hook.timeout, end);
      return { isYes: isGood(end), isAborted: end.cut === 'aborted', text };
    } finally {
      clearTimeout(timer);
      this.#running.delete(folder);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #endedTurn(folder: string, { ended }: HookCall) {
    if (!ended) return null;
    const { message, ...turn } = ended;
    const messageFile = path.join(folder, 'message');
    writeFileSync(messageFile, message, { mode: 0o600 });
    return { ...turn, messageFile };
  }

  /** This process ends. What `after-run` began goes on; of the others nobody would hear the answer. */
  end(): void {
    this.#isEnding = true;
    for (const [folder, note] of this.#running) {
      if (note.name === 'after-run') continue;
      writeNote(folder, { ...note, isEnded: true });
      if (note.process) endGroup(note.process.pid);
    }
  }

  /** Ends what a dead daemon left, and counts its death. An `after-run` may take the rest of its time. */
  async recover(): Promise<void> {
    const { places, log } = this.#daemon;
    const left = readdirSync(places.run).filter(name => name.startsWith('hook-'));
    await Promise.all(
      left.map(async name => {
        const folder = path.join(places.run, name);
        const note = readNote(folder);
        if (note?.question) this.#deaths.set(note.question, note.deaths + (note.isEnded ? 0 : 1));
        const end = async () => {
          if (note) await endLeft(note);
          rmSync(folder, { recursive: true, force: true });
        };
        if (note?.name === 'after-run' && note.until > Date.now())
          setTimeout(() => void end().catch(error => log(name, error)), note.until - Date.now()).unref();
        else await end();
      }),
    );
  }
}

function writeNote(folder: string, note: Note): void {
  writeFileSync(path.join(folder, NOTE), JSON.stringify(note), { mode: 0o600 });
}

/** null: its daemon died before it was written, so nothing was started. */
function readNote(folder: string): Note | null {
  try {
    return JSON.parse(readFileSync(path.join(folder, NOTE), 'utf8')) as Note;
  } catch {
    return null;
  }
}

/** A hook is the leader of a session of its own, in which what it started stays unless it takes pains to leave it. */
async function endLeft({ process: leader }: Note): Promise<void> {
  if (!leader) return;
  const born = birthOf(leader.pid);
  // The pid may be another one's by now; but not while the session of that number lives.
  if (born !== null && born !== leader.born) return;
  await endProcesses(() => processesOf(leader.pid, null), { agent: leader.pid, patience: 0 });
}

function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGTERM');
  } catch {
    // It has just ended.
  }
}
