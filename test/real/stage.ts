/** A world for one story with real agents: an arena, stubs of their APIs, a trusted repository, and eyes on all of it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { ActorEvent, EventType, SessionDetail } from '../../cli/protocol.js';
import { type Arena, type RunOptions, type RunResult, withArena } from '../helpers/arena.js';
import { look } from '../helpers/look.js';
import { isAlive } from '../helpers/processes.js';
import { packageRoot } from '../helpers/root.js';
import { type EventuallyOptions, eventually } from '../helpers/wait.js';
import { claudeEnvironment, makeClaudeHome } from './claude-home.js';
import { codexEnvironment, makeCodexHome } from './codex-home.js';
import type { RealAgent } from './install.js';
import { type Stub, startStub } from './stub.js';
import { type Entry, givenTexts, readTranscript, type ToldEvent, toldIn } from './transcripts.js';

/** Longest wait for something that an agent on a busy machine has to do, in milliseconds. */
export const PATIENCE = 120_000;

export interface StageOptions {
  /** Which agents there are; the first one is who is meant where nothing else is said. Claude unless given. */
  agents?: readonly [RealAgent, ...RealAgent[]];
  /** Is the repository trusted? True unless given. */
  trusted?: boolean;
  /** Does codex know how to reach its model? True unless given. */
  loggedIn?: boolean;
  /** Only what Claude Code documents: no state file, no inbox. */
  documentedOnly?: boolean;
  env?: Record<string, string>;
}

export interface StartOptions {
  agent?: RealAgent;
  /** Arguments of `actor new`; {@link UNASKED} unless given. */
  config?: readonly string[];
}

/** The arguments that let a session's agent run tools unasked. */
export const UNASKED: Record<RealAgent, readonly string[]> = {
  claude: ['--config', 'permission-mode=bypassPermissions'],
  codex: ['--config', 'sandbox=danger-full-access', '--config', 'ask-for-approval=never'],
};

/** The argument that lets a main run tools unasked. */
export const MAIN_UNASKED: Record<RealAgent, string> = {
  claude: '--dangerously-skip-permissions',
  codex: '--dangerously-bypass-approvals-and-sandbox',
};

export class Stage {
  readonly t: ExecutionContext;
  readonly arena: Arena;
  readonly repo: string;
  /** Who is meant where nothing else is said. */
  readonly agent: RealAgent;
  readonly #stubs: readonly Stub[];

  constructor(t: ExecutionContext, arena: Arena, repo: string, agent: RealAgent, stubs: readonly Stub[]) {
    this.t = t;
    this.arena = arena;
    this.repo = repo;
    this.agent = agent;
    this.#stubs = stubs;
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

  /** Starts a main, unattached, and waits until it takes prompts; not with a prompt in its arguments, nor for null. */
  async startMain(agent: RealAgent = this.agent, prompt?: string | null): Promise<void> {
    await this.actor('--detach', agent, MAIN_UNASKED[agent], ...(prompt ? [prompt] : []));
    if (prompt === undefined) await this.reaches('main', 'idle');
  }

  /** Starts a session that works on this prompt. */
  async start(name: string, prompt: string, options: StartOptions = {}): Promise<void> {
    const { agent = this.agent, config = UNASKED[agent] } = options;
    await this.actor('new', name, '--agent', agent, ...config, '--prompt', '-', { input: prompt });
  }

  async show(name: string): Promise<SessionDetail> {
    return look(this.arena, 'show', { name });
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

  /** Types this in a session's window as a person does, and presses the key once it stands there. */
  async speak(name: string, text: string, key = 'Enter'): Promise<void> {
    await this.type(name, text);
    await this.shows(name, new RegExp(`^[❯›]\\s${text}`, 'm'));
    await this.press(name, key);
  }

  /** Waits until a session's window shows this. */
  async shows(name: string, pattern: RegExp): Promise<void> {
    await this.eventually(
      () => this.screen(name),
      screen => pattern.test(screen),
    );
  }

  async tmux(...words: string[]): Promise<string> {
    const socket = join(this.arena.actorHome, 'tmux.sock');
    const { code, stdout, stderr } = await this.arena.run('tmux', ['-S', socket, ...words]);
    if (code !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** The lines of a session's transcript; none before its first prompt. */
  async transcript(name: string): Promise<Entry[]> {
    const { agent, conversation } = await this.show(name);
    return readTranscript(agent as RealAgent, this.arena.home, conversation);
  }

  /** The texts that the model of this session was given from outside, by its transcript, oldest first. */
  async given(name: string): Promise<string[]> {
    const { agent, conversation } = await this.show(name);
    const entries = await readTranscript(agent as RealAgent, this.arena.home, conversation);
    return givenTexts(agent as RealAgent, entries);
  }

  /** The events that the agent of this session was given, in order, as often as it was given them. */
  async told(name: string): Promise<ToldEvent[]> {
    return (await this.given(name)).flatMap(toldIn);
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

  /** All that the models were asked, oldest first. */
  async requests(): Promise<Record<string, unknown>[]> {
    const requests = (await Promise.all(this.#stubs.map(stub => stub.requests()))).flat();
    return requests.sort((one, other) => String(one.t).localeCompare(String(other.t)));
  }

  /** What they were asked in turns: not for a title. */
  async asked(): Promise<Record<string, unknown>[]> {
    return (await this.requests()).filter(({ event, main }) => event === 'messages' && main);
  }

  /** The newest texts of people and programs in {@link asked}. */
  async prompts(): Promise<string[]> {
    return (await this.asked()).map(({ text }) => String(text));
  }

  /** From now on the models answer with this HTTP status; 0: as their prompts say. */
  async fail(status: number): Promise<void> {
    await Promise.all(this.#stubs.map(stub => stub.fail(status, Number.MAX_SAFE_INTEGER)));
  }

  /** Lets the models answer prompts that hold them by `HOLD:<name>`. */
  async release(name: string): Promise<void> {
    await Promise.all(this.#stubs.map(stub => stub.release(name)));
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
    const sessions = JSON.parse((await this.try('list', '--json')).stdout || '[]') as { name: string }[];
    const names = sessions.map(({ name }) => name);
    const screens = await Promise.all(names.map(name => this.try('peek', name)));
    const shown = screens.map(({ stdout }, index) => `${names[index]}:\n${stdout}`);
    return [list.stdout + list.stderr, events.stdout, ...shown, await this.daemonLog()].join('\n---\n');
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
  const arena = await withArena(t);
  // Not before: it may have waited for its turn among the tests of its file.
  t.timeout(4 * PATIENCE);
  const agents = options.agents ?? ['claude'];
  const repo = await arena.repository();
  const stubs = await Promise.all(agents.map(agent => startStub(STUBS[agent])));
  t.teardown(() => Promise.all(stubs.map(stub => stub.stop())).then(() => {}));
  const trust = options.trusted === false ? [] : [repo];
  for (const [index, agent] of agents.entries())
    Object.assign(arena.env, await FURNISH[agent](arena.home, stubs[index]!.url, { trust, ...options }));
  if (options.documentedOnly) arena.env.ACTOR_CLAUDE_DOCUMENTED_ONLY = '1';
  Object.assign(arena.env, options.env);
  arena.env.PATH = `${join(packageRoot, '.cache', 'agents', 'node_modules', '.bin')}:${arena.env.PATH}`;
  const stage = new Stage(t, arena, repo, agents[0], stubs);
  // Agents take longer to go than the arena is patient.
  t.teardown(async () => {
    if (!t.passed) t.log(await stage.describe());
    await stage.try('down');
  });
  return stage;
}

/** The stub that an agent asks. */
export const STUBS = { claude: 'anthropic', codex: 'openai' } as const;

interface Furnishing {
  trust: string[];
  loggedIn?: boolean;
}

/** Makes HOME one in which the agent starts and asks the stub, and returns the variables for it. */
export const FURNISH: Record<
  RealAgent,
  (home: string, url: string, furnishing: Furnishing) => Promise<Record<string, string>>
> = {
  async claude(home, url, { trust }) {
    await makeClaudeHome(home, { trust, settings: { skipDangerousModePermissionPrompt: true } });
    return { ...claudeEnvironment(home, url), CLAUDE_CODE_MAX_RETRIES: '1' };
  },
  async codex(home, url, { trust, loggedIn = true }) {
    await makeCodexHome(home, { trust, retries: 0, ...(loggedIn ? { url } : {}) });
    return codexEnvironment(home);
  },
};
