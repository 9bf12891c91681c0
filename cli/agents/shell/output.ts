/**
 * Reads the output stream of a shell's window: OSC 133 marks with our `aid` (see hooks/shell.bashrc) and what stands
 * between them. `D;<status>` ended, `A` prompt begins, `B` prompt ends (a command can be typed), `P;k=s` it is continued on
 * another line, `C` output begins; and `OSC 7717 ; <aid> ; seen ; <token>`: an event was printed.
 *
 * A command that was parsed but not run (a comment, a syntax error) gives D without C; Enter on an empty line too, but
 * then nothing was echoed behind B.
 */
import type { Observation, Sighting, TurnEnd } from '../../domain/observation.js';
import type { Pending, TailReader } from '../agent.js';
import { plainText } from '../plain-text.js';

/** The last message is this much of the end of the output, in bytes. */
const MESSAGE_BYTES = 4096;
/** Escape sequences and wide progress bars take room: the tail is cut after they are gone. */
const TAIL_BYTES = 16 * MESSAGE_BYTES;
/** A longer unfinished mark is no mark of ours. */
const MARK_LIMIT = 256;
const INTERRUPTED = 128 + 2;
/** The composer of a command line that is continued: no line of a screen is like it, so whatever stands there is a draft. */
const CONTINUED = '\0';
const ESC = 0x1b;
const BEL = 0x07;

type Place = 'elsewhere' | 'prompt' | 'typing' | 'output';

export class ShellOutputReader implements TailReader {
  readonly #aid: string;
  readonly #source: string;
  #offset: number;
  #carry: Buffer = Buffer.alloc(0);
  #place: Place = 'elsewhere';
  /** Bytes since the last mark, where they matter. */
  #text: Buffer[] = [];
  #textLength = 0;
  #composer = '';

  constructor(aid: string, source: string, offset: number) {
    this.#aid = aid;
    this.#source = source;
    this.#offset = offset;
  }

  push(bytes: Uint8Array, now: number): Observation[] {
    const observations: Observation[] = [];
    const data = this.#carry.length > 0 ? Buffer.concat([this.#carry, bytes]) : Buffer.from(bytes);
    let from = 0;
    for (;;) {
      const start = data.indexOf(ESC, from);
      if (start < 0) break;
      const end = markEnd(data, start);
      if (end === 'incomplete') {
        this.#take(data.subarray(from, start));
        this.#offset += start - from;
        this.#carry = Buffer.from(data.subarray(start));
        return observations;
      }
      const mark = end === null ? null : this.#parse(data.toString('latin1', start + 2, end));
      if (end === null || mark === null) {
        this.#take(data.subarray(from, start + 1));
        this.#offset += start + 1 - from;
        from = start + 1;
        continue;
      }
      this.#take(data.subarray(from, start));
      this.#offset += end + 1 - from;
      from = end + 1;
      for (const sighting of this.#reach(mark))
        observations.push({
          ...sighting,
          source: this.#source,
          position: this.#offset,
          at: now,
          by: "bash's prompt marks",
        });
    }
    this.#take(data.subarray(from));
    this.#offset += data.length - from;
    this.#carry = Buffer.alloc(0);
    return observations;
  }

  get pending(): Pending {
    return { text: plainText(this.#joined()), isOfTurn: this.#place === 'output' };
  }

  /** The payload of an OSC sequence, as its parts, if it is one of our marks. */
  #parse(payload: string): string[] | null {
    const parts = payload.split(';');
    if (parts[0] === '133' && parts.at(-1) === `aid=${this.#aid}`) return parts.slice(1, -1);
    if (parts[0] === '7717' && parts[1] === this.#aid) return parts.slice(2);
    return null;
  }

  #reach([mark, value]: string[]): Sighting[] {
    switch (mark) {
      case 'C': {
        // The lines of a pasted prompt run one by one, each with a C and only the last with a D: one turn.
        const isContinued = this.#place === 'output';
        this.#enter('output', isContinued);
        return isContinued ? [] : [{ type: 'turn-began', prompt: null }];
      }
      case 'D': {
        const ended = this.#end(Number(value));
        this.#enter('elsewhere');
        return ended;
      }
      case 'A':
        this.#enter('prompt');
        return [];
      case 'B':
        if (this.#place === 'prompt') this.#composer = lastLine(plainText(this.#joined()));
        this.#enter('typing');
        return [{ type: 'ready', composer: this.#composer }];
      case 'P':
        return this.#place === 'typing' ? [{ type: 'ready', composer: CONTINUED }] : [];
      case 'seen':
        return value === undefined ? [] : [{ type: 'delivery-seen', token: value }];
      default:
        return [];
    }
  }

  #end(status: number): Sighting[] {
    const isUnbegun = this.#place === 'typing';
    if (this.#place !== 'output' && !isUnbegun) return [];
    const text = plainText(this.#joined());
    if (isUnbegun && text.trim() === '') return [];
    // What was typed and not run is followed by the shell's own complaint, if any, behind the echo.
    const output = isUnbegun ? text.split('\n').slice(1).join('\n') : text;
    return [{ type: 'turn-ended', ...turnEnd(status, output), ...(isUnbegun ? { unbegun: true } : {}) }];
  }

  #enter(place: Place, keepText = false): void {
    this.#place = place;
    if (keepText) return;
    this.#text = [];
    this.#textLength = 0;
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#place === 'elsewhere') return;
    this.#text.push(Buffer.from(bytes.length > TAIL_BYTES ? bytes.subarray(-TAIL_BYTES) : bytes));
    this.#textLength += Math.min(bytes.length, TAIL_BYTES);
    while (this.#textLength - this.#text[0]!.length >= TAIL_BYTES)
      this.#textLength -= this.#text.shift()!.length;
  }

  #joined(): string {
    return Buffer.concat(this.#text).toString('utf8');
  }
}

/** How a turn ended whose command had this exit status, and put this out (plain text, of which the tail is kept). */
export function turnEnd(status: number, text: string): TurnEnd {
  const output = tail(text);
  if (status === 0) return { outcome: 'completed', reason: null, message: output };
  const message = `${output}${output === '' ? '' : '\n'}exit status ${status}`;
  return status === INTERRUPTED
    ? { outcome: 'stopped', reason: null, message }
    : { outcome: 'failed', reason: 'exit_status', message };
}

/** Where the OSC sequence that begins at `start` ends (index of its BEL); null: this is none; `incomplete`: more bytes tell. */
function markEnd(data: Buffer, start: number): number | null | 'incomplete' {
  if (start + 1 >= data.length) return 'incomplete';
  if (data[start + 1] !== 0x5d) return null;
  const limit = Math.min(data.length, start + MARK_LIMIT);
  for (let index = start + 2; index < limit; index++) {
    if (data[index] === BEL) return index;
    if (data[index]! < 0x20) return null;
  }
  return limit < start + MARK_LIMIT ? 'incomplete' : null;
}

function tail(text: string): string {
  const trimmed = text.replace(/\s+$/, '');
  const bytes = Buffer.from(trimmed, 'utf8');
  if (bytes.length <= MESSAGE_BYTES) return trimmed;
  // A cut inside a character shows as U+FFFD at the beginning.
  return bytes.subarray(-MESSAGE_BYTES).toString('utf8').replace(/^�+/, '');
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}
