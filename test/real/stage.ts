/** A world for one story with the real claude: an arena, a stub of the API, a trusted repository, and eyes on all of it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { ActorEvent, EventType, SessionDetail } from '../../cli/protocol.js';
import { type Arena, type RunOptions, type RunResult, withArena } from '../helpers/arena.js';
import { isAlive } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { type EventuallyOptions, eventually } from '../helpers/wait.js';
import { claudeEnvironment, makeClaudeHome } from './claude-home.js';
import { type Stub, startStub } from './stub.js';

/** Longest wait for something that a claude on a busy machine has to do, in milliseconds. */
export const PATIENCE = 120_000;

/** An event as it stands in an agent's transcript. */
export interface ToldEvent {
  id: number;
  session: string;
  outcome: string;
  redelivered: boolean;
}

export interface StageOptions {
  /** Is the repository trusted? True unless given. */
  trusted?: boolean;
  /** Only what Claude Code documents: no state file, no inbox. */
  documentedOnly?: boolean;
  env?: Record<string, string>;
}

/** The arguments that let claude run tools unasked. */
export const UNASKED = ['--config', 'permission-mode=bypassPermissions'];

export class Stage {
  readonly t: ExecutionContext;
  readonly arena: Arena;
  readonly stub: Stub;
  readonly repo: string;

  constructor(t: ExecutionContext, arena: Arena, stub: Stub, repo: string) {
    this.t = t;
    this.arena = arena;
    this.stub = stub;
    this.repo = repo;
  }

  /** `actor …` in the repository, which must succeed; returns stdout. */
  async actor(...words: (string | RunOptions)[]): Promise<string> {
    const result = await this.try(...words);
    if (result.code !== 0) throw new Error(`actor ${words.join(' ')}: exit ${result.code}\n${result.stderr}`);
    return result.stdout;
  }

  /** `actor …` in the repository, whatever comes of it. */
  try(...words: (string | RunOptions)[]): Promise<RunResult> {
    const last = words.at(-1);
    const options = typeof last === 'object' ? last : {};
    const rest = words.filter(word => typeof word === 'string');
    return this.arena.actor(...rest, { cwd: this.repo, timeout: 2 * PATIENCE, ...options });
  }

  /** Starts a claude main, unattached, and waits until it takes prompts. */
  async startMain(): Promise<void> {
    await this.actor('--detach', 'claude', '--dangerously-skip-permissions');
    await this.reaches('main', 'idle');
  }

  /** Starts a claude session that works on this prompt. */
  async start(name: string, prompt: string, config: string[] = UNASKED): Promise<void> {
    await this.actor('new', name, '--agent', 'claude', ...config, '--prompt', '-', { input: prompt });
  }

  async show(name: string): Promise<SessionDetail> {
    return JSON.parse(await this.actor('show', name, '--json')) as SessionDetail;
  }

  async events(session?: string, type?: EventType): Promise<ActorEvent[]> {
    const filter = [...(session ? ['--session', session] : []), ...(type ? ['--type', type] : [])];
    const lines = (await this.actor('events', '--json', ...filter)).split('\n');
    return lines.filter(line => line !== '').map(line => JSON.parse(line) as ActorEvent);
  }

  /** Waits for the `count`th event of this type and returns it. */
  async event(session: string, type: EventType, count = 1): Promise<ActorEvent> {
    const events = await this.eventually(
      () => this.events(session, type),
      found => found.length >= count,
    );
    return events[count - 1]!;
  }

  reaches(name: string, status: SessionDetail['status']): Promise<SessionDetail> {
    return this.eventually(
      () => this.show(name),
      session => session.status === status,
    );
  }

  /** As {@link eventually}, patient, and with everything a failure needs to be understood. */
  eventually<T>(
    read: () => T | Promise<T>,
    predicate: (value: T) => boolean,
    options: EventuallyOptions = {},
  ): Promise<T> {
    return eventually(read, predicate, {
      timeout: PATIENCE,
      every: 100,
      describe: () => this.describe(),
      ...options,
    });
  }

  /** The session's window as text. */
  screen(name: string): Promise<string> {
    return this.actor('peek', name);
  }

  /** Presses keys in a session's window as a person does who looks at it. */
  async press(name: string, ...keys: string[]): Promise<void> {
    const { window } = await this.show(name);
    await this.tmux('send-keys', '-t', String(window), ...keys);
  }

  async type(name: string, text: string): Promise<void> {
    const { window } = await this.show(name);
    await this.tmux('send-keys', '-l', '-t', String(window), '--', text);
  }

  async tmux(...words: string[]): Promise<string> {
    const socket = join(this.arena.actorHome, 'tmux.sock');
    const { code, stdout, stderr } = await this.arena.run('tmux', ['-S', socket, ...words]);
    if (code !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** The lines of a session's transcript; none before its first prompt. */
  async transcript(name: string): Promise<Record<string, unknown>[]> {
    const { conversation } = await this.show(name);
    const projects = join(this.arena.home, '.claude', 'projects');
    for (const folder of await readdir(projects).catch(() => [] as string[])) {
      const text = await readFile(join(projects, folder, `${conversation}.jsonl`), 'utf8').catch(() => '');
      if (text !== '')
        return text
          .split('\n')
          .filter(line => line.endsWith('}'))
          .map(line => JSON.parse(line) as Record<string, unknown>);
    }
    return [];
  }

  /** The events that the agent of this session was given, in order, as often as it was given them. */
  async told(name: string): Promise<ToldEvent[]> {
    const told: ToldEvent[] = [];
    for (const entry of await this.transcript(name))
      for (const [, head] of givenText(entry).matchAll(/<actor-event ([^>]*)>/g)) told.push(parseTold(head!));
    return told;
  }

  /** Waits until this session was told all of these events; checks that it was told nothing else, and nothing twice. */
  async isTold(name: string, events: ActorEvent[]): Promise<ToldEvent[]> {
    const expected = events.map(({ id }) => id).sort((one, other) => one - other);
    const told = await this.eventually(
      () => this.told(name),
      found => expected.every(id => found.some(each => each.id === id)),
    );
    this.t.deepEqual(
      told.map(({ id }) => id).sort((one, other) => one - other),
      expected,
      `each event once, in the transcript of ${name}`,
    );
    await this.eventually(
      () => this.show(name),
      ({ waiting_events }) => waiting_events === 0,
    );
    return told;
  }

  /** Texts that people and programs gave to the model, over all sessions, oldest first. */
  async prompts(): Promise<string[]> {
    const requests = await this.stub.requests();
    return requests.filter(({ event, main }) => event === 'messages' && main).map(({ text }) => String(text));
  }

  /** What the model was asked with this in its newest text, oldest first. */
  async requests(text: string): Promise<Record<string, unknown>[]> {
    const requests = await this.stub.requests();
    return requests.filter(
      each => each.event === 'messages' && each.main && String(each.text).includes(text),
    );
  }

  async daemonPid(): Promise<number> {
    return Number(await readFile(join(this.arena.actorHome, 'daemon.pid'), 'utf8'));
  }

  /** The hardest end there is; the next command starts another one. */
  async killDaemon(): Promise<void> {
    await kill(await this.daemonPid());
  }

  /** Waits for the end of a process. */
  async dies(pid: number): Promise<void> {
    await this.eventually(
      () => isAlive(pid),
      alive => !alive,
    );
  }

  async daemonLog(): Promise<string> {
    const files = await readdir(this.arena.actorHome);
    const logs = files.filter(file => file.startsWith('daemon.log.'));
    return (await Promise.all(logs.map(file => readFile(join(this.arena.actorHome, file), 'utf8')))).join('');
  }

  async describe(): Promise<string> {
    const list = await this.try('list');
    const events = await this.try('events');
    const screens = await this.try('peek', 'main');
    return [list.stdout + list.stderr, events.stdout, screens.stdout, await this.daemonLog()].join('\n---\n');
  }
}

/** SIGKILL, and back when the process is gone. */
export async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => isAlive(pid),
    alive => !alive,
    { timeout: PATIENCE },
  );
}

/** Sets the stage; all of it ends with the test. */
export async function withStage(t: ExecutionContext, options: StageOptions = {}): Promise<Stage> {
  t.timeout(4 * PATIENCE);
  const arena = await withArena(t);
  const stub = await startStub('anthropic');
  t.teardown(() => stub.stop());
  const repo = await arena.repository();
  await makeClaudeHome(arena.home, {
    trust: options.trusted === false ? [] : [repo],
    settings: { skipDangerousModePermissionPrompt: true },
  });
  Object.assign(
    arena.env,
    claudeEnvironment(arena.home, stub.url),
    { CLAUDE_CODE_MAX_RETRIES: '1' },
    options.documentedOnly ? { ACTOR_CLAUDE_DOCUMENTED_ONLY: '1' } : {},
    options.env,
  );
  arena.env.PATH = `${join(packageRoot, '.cache', 'agents', 'node_modules', '.bin')}:${arena.env.PATH}`;
  const stage = new Stage(t, arena, stub, repo);
  // Claude takes longer to go than the arena is patient.
  t.teardown(async () => {
    if (!t.passed) t.log(await stage.describe());
    await stage.try('down');
  });
  return stage;
}

/** What a line of the transcript gave to the model from outside: not what the model said, nor what claude only queued. */
function givenText(entry: Record<string, unknown>): string {
  if (entry.type === 'user') {
    const { content } = entry.message as { content: unknown };
    if (typeof content === 'string') return content;
    return (content as { type: string; text?: string }[]).map(block => block.text ?? '').join('\n');
  }
  if (entry.type !== 'attachment') return '';
  const inner = entry.attachment as { type: string; prompt?: string; content?: string[] };
  if (inner.type === 'queued_command') return String(inner.prompt);
  return inner.type === 'hook_additional_context' ? (inner.content ?? []).join('\n') : '';
}

function parseTold(head: string): ToldEvent {
  const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1] ?? '';
  return {
    id: Number(value('id')),
    session: value('session'),
    outcome: value('outcome'),
    redelivered: value('redelivered') === 'true',
  };
}
