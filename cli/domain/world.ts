/**
 * The state of everything, and how a journal record changes it. `apply` is the only place where state changes; it is
 * deterministic and does no I/O, so the same records always give the same world.
 */
import type { ActorEvent, Outcome, Status, WaitingFor } from '../protocol.js';
import type { Definition } from './definition.js';
import type { DeliveryState, Door, JournalRecord, Processed } from './record.js';

export interface Prompt {
  id: string;
  text: string;
  queuedAt: number;
  /** An agent's own command, typed once. */
  slash: boolean;
  /**
   * `queued`: nobody was told. `launched`: it went with the argv of the launch. `sending`: in its tmux buffer, or pasted;
   * the agent has not acknowledged it yet.
   */
  state: 'queued' | 'launched' | 'sending';
  sentAt: number | null;
  /** With `sending`: the tmux buffer that is deleted by the paste. */
  buffer: string | null;
}

export interface Turn {
  id: number;
  promptId: string | null;
  /** Prompts that joined while the turn ran. */
  joined: string[];
  /** The beginning of the prompt's text. */
  prompt: string;
  startedAt: number;
}

export interface LastTurn {
  turn: number;
  prompts: string[];
  outcome: Outcome;
  reason: string | null;
  message: string | null;
  endedAt: number;
  durationMs: number | null;
  /** With a prompt that was refused, so that there was no turn: when the one before it ended (0: there was none). */
  refusedAfter?: number;
}

export interface Launch {
  id: string;
  window: string | null;
  pane: string | null;
  pid: number | null;
  startedAt: number;
  ready: boolean;
  transcript: string | null;
}

export interface Session {
  definition: Definition;
  status: Status;
  statusSince: number;
  statusBy: string;
  waitingFor: WaitingFor | null;
  launch: Launch | null;
  turn: Turn | null;
  /** Turns begun so far. */
  turns: number;
  queue: Prompt[];
  held: boolean;
  /** An interrupt of the running turn was asked for. */
  stopping: boolean;
  /** The agent's end was asked for. */
  ending: boolean;
  last: LastTurn | null;
  /** Which source told of the end of its last turn; null: one without an order. Absent in old checkpoints. */
  endSource?: string | null;
  /** It waits for a person, failed or exited, and no person has looked at its window since. Absent in old checkpoints. */
  unread?: boolean;
  /** How far each source of the present launch was processed. */
  cursors: Record<string, number>;
}

export interface Delivery {
  token: string;
  to: string;
  launch: string;
  door: Door;
  events: number[];
  state: DeliveryState;
}

/** An event that somebody is to be told and was not yet. */
export interface Pending {
  event: ActorEvent;
  /** Whom it goes to: the parent, or after that one's discard the parent's parent; null: the main of the place. */
  to: string | null;
  /** Where its session lives: its main is told when the parent is gone. */
  place: { repo: string | null; dir: string };
  /** The delivery that carries it now; null: none. */
  token: string | null;
  /** It was handed out before, and what became of that is not known. */
  redelivered: boolean;
}

export interface World {
  sessions: Map<string, Session>;
  /** Undelivered events by id. */
  pending: Map<number, Pending>;
  /** Deliveries under way by token. */
  deliveries: Map<string, Delivery>;
  lastEvent: number;
  lastPrompt: number;
  /** The newest inbox files that were dealt with. */
  inboxSeen: string[];
  /** Requests that were carried out, by their keys: what came of them. The newest ones. */
  requests: Map<string, { session: string; prompt: string | null }>;
  /** The event that each prompt ended with, by the prompt's id. The newest ones: who waits for one may ask late. */
  ends: Map<string, number>;
  /** Everything up to here was over when the machine's clock was set back the last time; absent: it never was. */
  clockSetBack?: number;
}

export function emptyWorld(): World {
  return {
    sessions: new Map(),
    pending: new Map(),
    deliveries: new Map(),
    lastEvent: 0,
    lastPrompt: 0,
    inboxSeen: [],
    requests: new Map(),
    ends: new Map(),
  };
}

/** How many names of inbox files are remembered: far more than one daemon's death can leave between record and deletion. */
const INBOX_MEMORY = 500;
/** How many requests, and ends of prompts, are remembered: a client that lost its daemon asks again within seconds. */
const REQUEST_MEMORY = 2000;
const PROMPT_EXCERPT = 200;

/** A session as it is before anything happened to it. `time` in milliseconds since the epoch. */
export function newSession(definition: Definition, time: number): Session {
  return {
    definition,
    status: 'created',
    statusSince: time,
    statusBy: 'its creation',
    waitingFor: null,
    launch: null,
    turn: null,
    turns: 0,
    queue: [],
    held: false,
    stopping: false,
    ending: false,
    last: null,
    cursors: {},
  };
}

/** Changes `world` by one record. Records about unknown sessions change nothing (their session was discarded). */
export function apply(world: World, record: JournalRecord): void {
  if (record.processed) {
    const { session: name, source, position } = record.processed;
    const session = world.sessions.get(name);
    if (session) session.cursors[source] = Math.max(session.cursors[source] ?? -1, position);
  }
  switch (record.kind) {
    case 'event':
      applyEvent(world, record.event, record);
      return;
    case 'defined': {
      const known = world.sessions.get(record.definition.name);
      if (known) known.definition = record.definition;
      else world.sessions.set(record.definition.name, newSession(record.definition, record.time));
      if (record.key !== undefined) remember(world, record.key, record.definition.name, null);
      return;
    }
    case 'delivery':
      applyDelivery(world, record);
      return;
    case 'inbox':
      world.inboxSeen.push(record.file);
      if (world.inboxSeen.length > INBOX_MEMORY) world.inboxSeen.splice(0, INBOX_MEMORY / 2);
      return;
    case 'checkpoint':
      Object.assign(world, thaw(record.world));
      return;
    case 'clock':
      world.clockSetBack = record.latest;
      for (const session of world.sessions.values()) setBack(session, record.latest);
      return;
    case 'prompt':
      world.lastPrompt = Math.max(world.lastPrompt, Number(record.id.slice(1)) || 0);
      remember(world, record.key, record.session, record.id);
      break;
    case 'launching':
      if (!record.resume) release(world, record.session);
      break;
    case 'conversation': {
      const known = world.sessions.get(record.session)?.definition.conversation ?? null;
      if (known !== null && known !== record.id) release(world, record.session);
      break;
    }
  }
  const session = world.sessions.get(record.session);
  if (session) applyToSession(session, record);
}

/** No time of this session is later than `latest` after this: else all that happens now would count as past. */
function setBack(session: Session, latest: number): void {
  const { launch, turn, last, queue } = session;
  session.statusSince = Math.min(session.statusSince, latest);
  if (launch) launch.startedAt = Math.min(launch.startedAt, latest);
  if (turn) turn.startedAt = Math.min(turn.startedAt, latest);
  if (last) last.endedAt = Math.min(last.endedAt, latest);
  if (last?.refusedAfter !== undefined) last.refusedAfter = Math.min(last.refusedAfter, latest);
  for (const prompt of queue) {
    prompt.queuedAt = Math.min(prompt.queuedAt, latest);
    if (prompt.sentAt !== null) prompt.sentAt = Math.min(prompt.sentAt, latest);
  }
}

function remember(world: World, key: string, session: string, prompt: string | null): void {
  world.requests.set(key, { session, prompt });
  forgetOldest(world.requests);
}

function forgetOldest(memory: Map<string, unknown>): void {
  if (memory.size <= REQUEST_MEMORY) return;
  for (const old of [...memory.keys()].slice(0, REQUEST_MEMORY / 2)) memory.delete(old);
}

type SessionRecord = Extract<JournalRecord, { session: string }>;

function applyToSession(session: Session, record: SessionRecord): void {
  switch (record.kind) {
    case 'prompt': {
      const prompt: Prompt = {
        id: record.id,
        text: record.text,
        queuedAt: record.time,
        slash: record.slash,
        state: 'queued',
        sentAt: null,
        buffer: null,
      };
      if (record.first) session.queue.splice(session.queue.findLastIndex(isUnderWay) + 1, 0, prompt);
      else session.queue.push(prompt);
      return;
    }
    case 'prompt-dropped':
      session.queue = session.queue.filter(prompt => prompt.id !== record.id);
      return;
    case 'held':
      session.held = record.held;
      return;
    case 'launching':
      session.launch = {
        id: record.launch,
        window: null,
        pane: null,
        pid: null,
        startedAt: record.time,
        ready: false,
        transcript: null,
      };
      session.cursors = {};
      session.endSource = null;
      session.ending = false;
      session.stopping = false;
      markPrompt(session, record.prompt, 'launched', record.time);
      enter(session, 'starting', record.time, record.resume ? 'a resume' : 'a start');
      return;
    case 'launched':
      if (session.launch?.id === record.launch) {
        session.launch.window = record.window;
        session.launch.pane = record.pane;
        session.launch.pid = record.pid;
      }
      return;
    case 'launch-failed':
      if (session.launch?.id === record.launch) {
        session.launch = null;
        for (const prompt of session.queue)
          if (prompt.state !== 'queued') markPrompt(session, prompt.id, 'queued', null);
        enter(session, session.turns === 0 ? 'created' : 'ended', record.time, 'a start that failed');
      }
      return;
    case 'ready':
      if (session.launch) session.launch.ready = true;
      if (session.turn) return;
      enter(session, 'idle', record.time, record.by);
      return;
    case 'sending':
      markPrompt(session, record.prompt, 'sending', record.time, record.buffer);
      return;
    case 'unsent':
      markPrompt(session, record.prompt, 'queued', null);
      return;
    case 'joined':
      takePrompt(session, record.prompt);
      session.turn?.joined.push(record.prompt);
      return;
    case 'resumed':
      session.unread = false;
      enter(
        session,
        session.turn ? 'working' : session.launch?.ready ? 'idle' : 'starting',
        record.time,
        record.by,
      );
      return;
    case 'conversation':
      session.definition = { ...session.definition, conversation: record.id };
      if (session.launch && record.transcript) session.launch.transcript = record.transcript;
      return;
    case 'seen':
      session.unread = false;
      return;
    case 'stopping':
      session.stopping = true;
      return;
    case 'ending':
      session.ending = true;
      return;
  }
}

function applyEvent(
  world: World,
  event: ActorEvent,
  record: { deliver: boolean; by: string; time: number; processed?: Processed },
): void {
  world.lastEvent = Math.max(world.lastEvent, event.id);
  if (record.deliver) {
    const { repo, dir } = world.sessions.get(event.session)?.definition ?? { repo: null, dir: '' };
    world.pending.set(event.id, {
      event,
      to: event.parent,
      place: { repo, dir },
      token: null,
      redelivered: false,
    });
  }
  if (event.type === 'discarded') {
    release(world, event.session);
    for (const pending of world.pending.values()) if (pending.to === event.session) pending.to = event.parent;
    world.sessions.delete(event.session);
    return;
  }
  const session = world.sessions.get(event.session);
  if (!session) return;
  const { time, by } = record;
  const source = record.processed?.source ?? null;
  switch (event.type) {
    case 'turn-started': {
      const prompt = event.prompt_id === null ? undefined : takePrompt(session, event.prompt_id);
      session.turns = event.turn ?? session.turns + 1;
      session.turn = {
        id: session.turns,
        promptId: event.prompt_id,
        joined: [],
        prompt: (prompt?.text ?? event.message ?? '').slice(0, PROMPT_EXCERPT),
        startedAt: time,
      };
      session.stopping = false;
      session.unread = false;
      if (session.launch) session.launch.ready = true;
      enter(session, 'working', time, by);
      return;
    }
    case 'completed':
    case 'failed':
    case 'stopped':
      session.unread = event.type === 'failed';
      // A prompt was refused: a turn that a person began meanwhile is none of its business.
      if (event.turn === null) {
        refuse(world, session, event, time);
        return;
      }
      endTurn(world, session, event, time);
      session.endSource = source;
      enter(session, session.launch ? 'idle' : session.status, time, by);
      return;
    case 'needs-input':
      session.waitingFor = event.waiting_for;
      session.unread = true;
      enter(session, 'waiting', time, by);
      return;
    case 'exited':
    case 'ended': {
      if (session.turn || event.outcome) endTurn(world, session, event, time);
      session.launch = null;
      session.stopping = false;
      session.ending = false;
      session.unread = event.type === 'exited';
      // What waits is not restarted by itself: the agent may die again at once.
      if (session.queue.length > 0) session.held = true;
      for (const prompt of session.queue)
        if (prompt.state !== 'queued') markPrompt(session, prompt.id, 'queued', null);
      enter(session, event.type, time, by);
      return;
    }
  }
}

function endTurn(world: World, session: Session, event: ActorEvent, time: number): void {
  const turn = session.turn;
  session.last = {
    turn: event.turn ?? turn?.id ?? session.turns,
    prompts: turn
      ? [...(turn.promptId === null ? [] : [turn.promptId]), ...turn.joined]
      : event.prompt_id
        ? [event.prompt_id]
        : [],
    outcome: event.outcome ?? 'lost',
    reason: event.reason,
    message: event.message,
    endedAt: time,
    durationMs: event.duration_ms,
  };
  session.turn = null;
  session.stopping = false;
  rememberEnd(world, session.last, event);
}

function refuse(world: World, session: Session, event: ActorEvent, time: number): void {
  session.last = {
    turn: session.turns,
    prompts: event.prompt_id === null ? [] : [event.prompt_id],
    outcome: event.outcome ?? 'failed',
    reason: event.reason,
    message: event.message,
    endedAt: time,
    durationMs: null,
    refusedAfter: lastTurnEnd(session) ?? 0,
  };
  rememberEnd(world, session.last, event);
}

function rememberEnd(world: World, { prompts }: LastTurn, event: ActorEvent): void {
  for (const prompt of prompts) world.ends.set(prompt, event.id);
  forgetOldest(world.ends);
}

/** When the session's last turn ended, as opposed to a refusal after it; null: there was none. */
export function lastTurnEnd({ last }: Session): number | null {
  return last?.refusedAfter ?? last?.endedAt ?? null;
}

function applyDelivery(world: World, record: Extract<JournalRecord, { kind: 'delivery' }>): void {
  const { token, to, launch, door, events, state } = record;
  if (state === 'offered' || state === 'accepted') {
    world.deliveries.set(token, { token, to, launch, door, events, state });
    for (const id of events) {
      const pending = world.pending.get(id);
      if (pending) pending.token = token;
    }
    return;
  }
  world.deliveries.delete(token);
  for (const id of events) {
    const pending = world.pending.get(id);
    if (!pending || pending.token !== token) continue;
    if (state === 'seen') world.pending.delete(id);
    else {
      pending.token = null;
      pending.redelivered ||= !record.certain;
    }
  }
}

/** What stands in an agent's own queue stays there with the conversation: when that is left, it is to be told again. */
function release(world: World, name: string): void {
  for (const { token, to, door } of world.deliveries.values()) {
    if (to !== name || door !== 'queue') continue;
    world.deliveries.delete(token);
    for (const pending of world.pending.values()) {
      if (pending.token !== token) continue;
      pending.token = null;
      // Nobody keeps a person from going back to that conversation.
      pending.redelivered = true;
    }
  }
}

function enter(session: Session, status: Status, time: number, by: string): void {
  if (status !== 'waiting') session.waitingFor = null;
  session.status = status;
  session.statusSince = time;
  session.statusBy = by;
}

function isUnderWay(prompt: Prompt): boolean {
  return prompt.state !== 'queued';
}

function markPrompt(
  session: Session,
  id: string | null,
  state: Prompt['state'],
  sentAt: number | null,
  buffer: string | null = null,
): void {
  const prompt = session.queue.find(each => each.id === id);
  if (!prompt) return;
  prompt.state = state;
  prompt.sentAt = sentAt;
  prompt.buffer = buffer;
}

function takePrompt(session: Session, id: string): Prompt | undefined {
  const index = session.queue.findIndex(prompt => prompt.id === id);
  return index < 0 ? undefined : session.queue.splice(index, 1)[0];
}

/** The world as JSON data, for a checkpoint. */
export function freeze(world: World): unknown {
  return {
    ...world,
    sessions: [...world.sessions.values()],
    pending: [...world.pending.values()],
    deliveries: [...world.deliveries.values()],
    requests: [...world.requests],
    ends: [...world.ends],
  };
}

function thaw(data: unknown): World {
  const frozen = data as Omit<World, 'sessions' | 'pending' | 'deliveries' | 'requests' | 'ends'> & {
    sessions: Session[];
    pending: Pending[];
    deliveries: Delivery[];
    requests: [string, { session: string; prompt: string | null }][];
    /** Absent in old checkpoints. */
    ends?: [string, number][];
  };
  return {
    ...frozen,
    sessions: new Map(frozen.sessions.map(session => [session.definition.name, session])),
    pending: new Map(frozen.pending.map(pending => [pending.event.id, pending])),
    deliveries: new Map(frozen.deliveries.map(delivery => [delivery.token, delivery])),
    requests: new Map(frozen.requests),
    ends: new Map(frozen.ends),
  };
}
