/**
 * The journal's vocabulary: everything that ever happened, in the order in which the daemon learned or decided it. The
 * state of the world is the fold of these (`world.ts`); nothing else is remembered. An intention is recorded before the
 * act (`sending` before the paste), so that a daemon that died in between finds out what became of it.
 */
import type { ActorEvent } from '../protocol.js';
import type { Definition } from './definition.js';

/** By which way events are handed to a session. */
export type Door = 'mcp' | 'queue' | 'hook' | 'print';

export type DeliveryState =
  /** Handed to a door; nothing is known yet of its fate. */
  | 'offered'
  /** It stands in the receiving agent's own queue. */
  | 'accepted'
  /** It stands in the receiving agent's transcript: done. */
  | 'seen'
  /** It is known, or has to be assumed, not to have arrived: the events are pending again. */
  | 'withdrawn';

/** Marks what was processed, so that no source is processed twice; see `Origin` in observation.ts. */
export interface Processed {
  session: string;
  source: string;
  position: number;
}

export type JournalRecord = { time: number; processed?: Processed } & (
  | { kind: 'event'; event: ActorEvent; deliver: boolean; by: string }
  /** A session exists (again): its definition was written. */
  | { kind: 'defined'; definition: Definition; key?: string }
  | { kind: 'prompt'; session: string; id: string; text: string; first: boolean; slash: boolean; key: string }
  | { kind: 'prompt-dropped'; session: string; id: string }
  | { kind: 'held'; session: string; held: boolean }
  /** The agent is about to be started, in this launch; `prompt` goes with its argv. */
  | { kind: 'launching'; session: string; launch: string; prompt: string | null; resume: boolean }
  | { kind: 'launched'; session: string; launch: string; window: string; pane: string; pid: number }
  /** The launch did not happen. */
  | { kind: 'launch-failed'; session: string; launch: string }
  | { kind: 'ready'; session: string; by: string }
  /** The prompt lies in this tmux buffer; the paste, with its Enter, comes next. */
  | { kind: 'sending'; session: string; prompt: string; buffer: string }
  /** The paste is known not to have happened: the prompt waits again. */
  | { kind: 'unsent'; session: string; prompt: string }
  /** A prompt was taken into a turn that was already open. */
  | { kind: 'joined'; session: string; prompt: string; by: string }
  | { kind: 'resumed'; session: string; by: string }
  | { kind: 'conversation'; session: string; id: string; transcript: string | null }
  /** A person has looked at its window. */
  | { kind: 'seen'; session: string }
  | { kind: 'stopping'; session: string }
  /** The agent's end was asked for: it will be clean and silent. */
  | { kind: 'ending'; session: string }
  | {
      kind: 'delivery';
      token: string;
      to: string;
      launch: string;
      door: Door;
      events: number[];
      state: DeliveryState;
      /** With `withdrawn`: it is known not to have arrived (else it may have, and is marked when told again). */
      certain?: boolean;
    }
  /** An inbox file was dealt with; it may still lie there if the daemon died just then. */
  | { kind: 'inbox'; file: string }
  /**
   * The machine's clock was set back: by the clock as it is now, what is on record happened no later than `latest`; the clock
   * before never said more than `was`.
   */
  | { kind: 'clock'; latest: number; was: number }
  /** Beginning of a journal segment: the world as it was. */
  | { kind: 'checkpoint'; world: unknown }
);

/** A record before the ledger stamps its time. */
export type NewRecord = JournalRecord extends infer Each
  ? Each extends JournalRecord
    ? Omit<Each, 'time'> & { time?: number }
    : never
  : never;
