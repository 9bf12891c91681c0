/**
 * Events as text for the agent that is told. The message inside is another program's words: fenced, its own fences
 * neutralised, without control characters. Pure.
 */
import type { ActorEvent } from '../protocol.js';

/** At most this much of a last message goes into a delivery, in bytes of UTF-8. */
const MESSAGE_BYTES = 8 * 1024;
/** At most this much of an attribute, likewise. */
const VALUE_BYTES = 200;
/** A shell's line shows this much of the last line, in characters. */
const LINE_LENGTH = 200;

export interface Told {
  event: ActorEvent;
  /** It was handed out before, and nobody knows whether it arrived. */
  redelivered: boolean;
}

/** The delivery of these events as one message. `token` stands in each element: what acknowledges this delivery and no other. */
export function messageOf(told: readonly Told[], token: string): string {
  return told.map(each => elementOf(each, token)).join('\n');
}

/**
 * How many of these events, from the first on, make a message of at most so many bytes of UTF-8; one at least, which takes
 * less than 10,000.
 */
export function fitting(told: readonly Told[], token: string, bytes: number): number {
  let total = -1;
  const tooMuch = told.findIndex(each => {
    total += 1 + Buffer.byteLength(elementOf(each, token));
    return total > bytes;
  });
  return tooMuch < 0 ? told.length : Math.max(1, tooMuch);
}

function elementOf({ event, redelivered }: Told, token: string): string {
  const attributes: [string, string | null][] = [
    ['id', String(event.id)],
    ['session', event.session],
    ['outcome', event.outcome ?? event.type],
    ['type', event.outcome !== null && event.outcome !== event.type ? event.type : null],
    ['reason', event.reason],
    ['waiting_for', event.waiting_for],
    ['turn', event.turn === null ? null : String(event.turn)],
    ['duration', event.duration_ms === null ? null : durationText(event.duration_ms)],
    ['branch', event.branch],
    ['diff', event.diff && `+${event.diff.added} -${event.diff.deleted}`],
    ['queued', String(event.queued)],
    ['redelivered', redelivered ? 'true' : null],
    ['delivery', token],
  ];
  const head = attributes
    .filter((pair): pair is [string, string] => pair[1] !== null)
    .map(([name, value]) => `${name}="${attributeValue(value)}"`)
    .join(' ');
  return `<actor-event ${head}>\n${shortened(event)}\n</actor-event>`;
}

/** The line that a shell main prints. */
export function lineOf({ event, redelivered }: Told): string {
  const lines = withoutControls(event.message ?? '').split('\n');
  const last = lines.findLast(line => line.trim() !== '') ?? '';
  const what = event.type === 'needs-input' ? `needs input (${event.waiting_for})` : event.type;
  const duration = event.duration_ms === null ? '' : ` (${durationText(event.duration_ms)})`;
  const again = redelivered ? ' (told again)' : '';
  const text = last === '' ? '' : `: ${last.trim().slice(0, LINE_LENGTH)}`;
  return `[actor] ${event.session} ${what}${duration}${again}${text}`;
}

function shortened({ message, session }: ActorEvent): string {
  // Before it is cut: a fence takes more room than what it fences off.
  const text = fenced(withoutControls(message ?? ''));
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= MESSAGE_BYTES) return text;
  const half = MESSAGE_BYTES / 2;
  const tail = bytes.subarray(-half).toString('utf8').replace(/^�+/, '');
  return `${firstBytes(bytes, half)}\n[… ${bytes.length - MESSAGE_BYTES} bytes left out; all of it: actor show ${session} …]\n${tail}`;
}

/** The text of the first bytes of UTF-8, without a character that is cut: it shows as U+FFFD at the edge. */
export function firstBytes(bytes: Buffer, count: number): string {
  return bytes.length <= count
    ? bytes.toString('utf8')
    : bytes.subarray(0, count).toString('utf8').replace(/�$/, '');
}

/** No opening or closing tag of ours can stand in another program's words. */
function fenced(text: string): string {
  return text.replace(/<(?=\s*\/?\s*actor-event)/gi, '&lt;');
}

function attributeValue(value: string): string {
  const text = withoutControls(value)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replace(/\s+/g, ' ');
  const first = firstBytes(Buffer.from(text, 'utf8'), VALUE_BYTES);
  return first === text ? text : first.replace(/&\w*$/, '');
}

/** Without control characters other than tab and newline, and without bidirectional overrides. */
export function withoutControls(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** `850ms`, `12s`, `2m13s`, `1h02m`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
