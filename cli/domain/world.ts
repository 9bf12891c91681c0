/** The state of everything: sessions, the events that somebody is to be told, and what is remembered of the past. Changed in apply.ts only. */
import type { ActorEvent, Outcome, Status, WaitingFor } from '../protocol.js';
import type { Definition } from './definition.js';
import type { DeliveryState, Door } from './record.js';

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
  /** The prompt that `actor stop` or `run --now` interrupted: claude may give it back to its composer. */
  interrupted?: string;
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
  /** Which source told of the end of its last turn; null: one without an order. */
  endSource: string | null;
  /** It waits for a person, failed or exited, and no person has looked at its window since. */
  unread: boolean;
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
  /** The machine's clock was set back: all before the last time was over at `latest`, and told as at most `was`; absent: it never was. */
  clockSetBack?: { latest: number; was: number };
}

/** The world before its first record. */
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
    endSource: null,
    unread: false,
    cursors: {},
  };
}

/** When the session's last turn ended, as opposed to a refusal after it; null: there was none. */
export function lastTurnEnd({ last }: Session): number | null {
  return last?.refusedAfter ?? last?.endedAt ?? null;
}
