/**
 * What an agent was seen to do, in words that are the same for every kind of agent. Adapters in `cli/agents/` turn hooks,
 * transcripts, state files and screens into these; `step` turns these into records. Pure data.
 */
import type { WaitingFor } from '../protocol.js';

/** Where an observation comes from, and its place there: what was processed once is never processed again. */
export interface Origin {
  /**
   * The source, unique within one launch of the agent: `hook`, `transcript:<file name>`, `output`, `state`, `screen`, `pane`.
   */
  source: string;
  /**
   * Position in that source, growing (a byte offset of the end of the line, say). Observations at or below the last position
   * that was recorded are dropped. null: no order, the observation must be harmless when repeated.
   */
  position: number | null;
  /** When it happened by the agent's own word (or the file's mtime), milliseconds since the epoch. */
  at: number;
  /** For `show`: `claude's Stop hook`, `bash's prompt mark`, `the screen (a guess)`. */
  by: string;
}

/** How a turn ended. */
export interface TurnEnd {
  outcome: 'completed' | 'failed' | 'stopped';
  reason: string | null;
  message: string | null;
}

export type Observation = Origin &
  (
    | {
        /** The agent takes prompts now (at its start, and for a shell at each prompt). */
        type: 'ready';
        /** What the line of an empty composer looks like, where the source tells (a shell's own prompt). */
        composer?: string;
      }
    | {
        /** The agent took a prompt: a turn begins (or a prompt joined the running turn). */
        type: 'turn-began';
        /** The prompt as the agent saw it, unwrapped where the agent wraps; null when the source does not tell. */
        prompt: string | null;
        /** The turn was begun by the agent itself or by a delivered event, not by a prompt of anyone. */
        own?: boolean;
      }
    | (TurnEnd & {
        type: 'turn-ended';
        /** The agent's own measure of the turn in milliseconds, if it gave one. */
        durationMs?: number | null;
        /** The source reports no beginning for such a turn: its end acknowledges the prompt that is under way. */
        unbegun?: boolean;
        /** The source knows that it ended, not how: if it was interrupted by actor, it was stopped. */
        untold?: boolean;
      })
    | /** A person is needed. */ { type: 'waiting'; for: WaitingFor }
    | /** No longer waiting; the turn goes on. */ { type: 'resumed' }
    | /** The conversation has this id now (start, resume, /clear). */ {
        type: 'conversation';
        id: string;
        /** Absolute path of the transcript, if the source tells. */
        transcript: string | null;
      }
    | /** A delivered event stands in the agent's queue. */ { type: 'delivery-accepted'; token: string }
    | /** A delivered event was given to the model (or printed to the person). */ {
        type: 'delivery-seen';
        token: string;
      }
    | {
        /** The agent is gone. `clean`: it ended because somebody asked it to (`/exit`, `exit`, Ctrl-D). */
        type: 'gone';
        clean: boolean;
        /** `exit status 0`, `killed by signal 9`. */
        detail: string;
        /** How an open turn ended by a clean end (`exit 3` sent to a shell); absent: it was stopped. */
        turnOutcome?: TurnEnd;
        /** Deliveries that stand in the agent's own queue still, and come with its conversation when that is resumed. */
        kept?: readonly string[];
        /** What the agent last showed, for a person who wants to know why it went. */
        lastWords?: string;
      }
  );

/** An observation without its origin, for adapters that fill that in at one place. */
export type Sighting = Observation extends infer Each
  ? Each extends Origin
    ? Omit<Each, keyof Origin>
    : never
  : never;
