/**
 * The journal on disk: `$ACTOR_HOME/journal/<serial>-<event id>.jsonl`, JSON Lines, append-only. A segment begins with a
 * checkpoint of the whole world, so that a start reads one segment only; older segments stay, for `actor events --since`.
 * The number behind the serial is the last event id before the segment, so that a reader knows where to begin.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { JournalRecord } from '../domain/record.js';
import type { ActorEvent } from '../protocol.js';

/** A new segment is begun when more than this was appended to the present one, in bytes. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** A power cut costs at most what was written in this time, in milliseconds. */
const SYNC_DELAY = 50;

interface Segment {
  file: string;
  serial: number;
  lastEventBefore: number;
}

export class Journal {
  readonly #folder: string;
  readonly #segmentBytes: number;
  #segment: Segment;
  #descriptor: number;
  #length: number;
  #checkpointLength = 0;
  #syncTimer: NodeJS.Timeout | null = null;
  /** What was wrong with the files, for the log and `actor doctor`. */
  readonly problems: string[] = [];

  /** Opens the journal in `folder` (made if need be, 0700). Call {@link replay} before anything is appended. */
  constructor(folder: string, options: { segmentBytes?: number } = {}) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#segment = segmentsIn(folder).at(-1) ?? { file: segmentName(1, 0), serial: 1, lastEventBefore: 0 };
    this.#descriptor = openSync(path.join(folder, this.#segment.file), 'a', 0o600);
    this.#length = fstatSync(this.#descriptor).size;
  }

  /**
   * Hands every record of the newest segment to `apply`; where its checkpoint cannot be read, those of the segment before it
   * come first. A torn last line (the power went, the disk was full) is moved to `torn-…` and cut off; other lines that are
   * no record, or that `apply` throws at, are skipped; all of it is told in {@link problems}.
   */
  replay(apply: (record: JournalRecord) => void): void {
    const read: { file: string; text: Buffer; checkpoint: JournalRecord | null }[] = [];
    for (const { file, serial } of segmentsIn(this.#folder).reverse()) {
      const text = readFileSync(path.join(this.#folder, file));
      const length = text.indexOf(10) + 1;
      const first = parseRecord(text.toString('utf8', 0, length));
      const checkpoint = first?.kind === 'checkpoint' ? first : null;
      if (checkpoint && read.length === 0) this.#checkpointLength = length;
      read.unshift({ file, text, checkpoint });
      if (checkpoint || serial === 1) break;
      this.problems.push(`${file}: its checkpoint cannot be read; the segment before it is read as well`);
    }
    for (const { file, text, checkpoint } of read) {
      let start = 0;
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, start)) {
        try {
          const record = (start === 0 && checkpoint) || parseRecord(text.toString('utf8', start, end));
          if (!record) throw new Error('it is no record');
          apply(record);
        } catch (error) {
          this.problems.push(`${file}: the line at byte ${start} is skipped: ${String(error)}`);
        }
        start = end + 1;
      }
      if (file === this.#segment.file && start < text.length) this.#cutTail(text.subarray(start), start);
    }
  }

  #cutTail(tail: Uint8Array, length: number): void {
    const aside = path.join(this.#folder, `torn-${Date.now()}`);
    writeFileSync(aside, tail, { mode: 0o600 });
    ftruncateSync(this.#descriptor, length);
    this.#length = length;
    this.problems.push(`${this.#segment.file}: its last line was torn; moved to ${aside}`);
  }

  /** Writes these records as one write. Throws what the file system throws (ENOSPC …), with nothing written then. */
  append(records: readonly JournalRecord[]): void {
    const bytes = Buffer.from(records.map(record => `${JSON.stringify(record)}\n`).join(''), 'utf8');
    try {
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#length);
      throw error;
    }
    this.#length += bytes.length;
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = null;
      fdatasync(this.#descriptor, () => {});
    }, SYNC_DELAY).unref();
  }

  /** Is it time for {@link rotate}? A world that is large itself is written anew when as much has happened since. */
  get isLarge(): boolean {
    return this.#length - this.#checkpointLength > Math.max(this.#segmentBytes, this.#checkpointLength);
  }

  /** Begins a new segment with this checkpoint. It appears whole or not at all; throws what the file system throws. */
  rotate(checkpoint: JournalRecord, lastEvent: number): void {
    const serial = this.#segment.serial + 1;
    const file = segmentName(serial, lastEvent);
    const temporary = path.join(this.#folder, `.${file}`);
    const bytes = Buffer.from(`${JSON.stringify(checkpoint)}\n`, 'utf8');
    let descriptor: number | null = null;
    try {
      // Not write(2), which writes less than all when the disk becomes full; and synced, as everything before rests on it.
      writeFileSync(temporary, bytes, { mode: 0o600, flush: true });
      // Before it has its name: from then on records belong there, and nothing may fail any more.
      descriptor = openSync(temporary, 'a');
      renameSync(temporary, path.join(this.#folder, file));
    } catch (error) {
      if (descriptor !== null) closeSync(descriptor);
      rmSync(temporary, { force: true });
      throw error;
    }
    closeSync(this.#descriptor);
    this.#segment = { file, serial, lastEventBefore: lastEvent };
    this.#descriptor = descriptor;
    this.#length = bytes.length;
    this.#checkpointLength = bytes.length;
  }

  /** The events with id > `since`, oldest first, from all segments. */
  *events(since: number): Generator<ActorEvent> {
    const segments = segmentsIn(this.#folder);
    const first = Math.max(
      0,
      segments.findLastIndex(segment => segment.lastEventBefore <= since),
    );
    for (const { file } of segments.slice(first)) {
      for (const record of recordsIn(path.join(this.#folder, file)))
        if (record.kind === 'event' && record.event.id > since) yield record.event;
    }
  }

  /** All records about one session, oldest first, from all segments. */
  *recordsOf(session: string): Generator<JournalRecord> {
    for (const { file } of segmentsIn(this.#folder)) {
      for (const record of recordsIn(path.join(this.#folder, file))) {
        const name =
          record.kind === 'event' ? record.event.session : 'session' in record ? record.session : null;
        if (name === session) yield record;
      }
    }
  }

  /** The whole text of a prompt, by its id; null: it is nowhere on record. The newest segment is looked into first. */
  promptText(id: string): string | null {
    const mark = `"id":${JSON.stringify(id)}`;
    for (const { file } of segmentsIn(this.#folder).reverse())
      for (const record of recordsIn(path.join(this.#folder, file), mark))
        if (record.kind === 'prompt' && record.id === id) return record.text;
    return null;
  }

  /** Waits until everything appended is on the disk. */
  async sync(): Promise<void> {
    await new Promise<void>(resolve => fdatasync(this.#descriptor, () => resolve()));
  }

  close(): void {
    if (this.#syncTimer) clearTimeout(this.#syncTimer);
    closeSync(this.#descriptor);
  }
}

/** `mark`: only those in whose line this stands. */
function* recordsIn(file: string, mark = ''): Generator<JournalRecord> {
  if (!existsSync(file)) return;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const record = line === '' || !line.includes(mark) ? null : parseRecord(line);
    if (record) yield record;
  }
}

function parseRecord(line: string): JournalRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
    const record = value as JournalRecord;
    // Readers of events look into it; what else is wrong with a record shows when it is applied.
    return record.kind === 'event' && typeof record.event?.id !== 'number' ? null : record;
  } catch {
    return null;
  }
}

function segmentName(serial: number, lastEvent: number): string {
  return `${String(serial).padStart(6, '0')}-${lastEvent}.jsonl`;
}

function segmentsIn(folder: string): Segment[] {
  return readdirSync(folder)
    .map(file => ({ file, match: /^(\d{6,})-(\d+)\.jsonl$/.exec(file) }))
    .flatMap(({ file, match }) =>
      match ? [{ file, serial: Number(match[1]), lastEventBefore: Number(match[2]) }] : [],
    )
    .sort((a, b) => a.serial - b.serial);
}
