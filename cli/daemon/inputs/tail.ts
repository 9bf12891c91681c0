/** Follows one appended file (or a row of segments) of an agent from a stored position. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Pending, Tail, TailReader } from '../../agents/agent.js';
import type { Observation } from '../../domain/observation.js';

const CHUNK_BYTES = 256 * 1024;
/** At most this much in one go, so that one talkative agent does not keep the daemon from the others. */
const BURST_BYTES = 4 * 1024 * 1024;

export class TailFollower {
  readonly tail: Tail;
  readonly #reader: TailReader;
  #offset: number;
  /** What `use` threw at (the disk was full): handed over again, as what it did take is known by its position. */
  #untaken: Observation[] = [];

  /** Begins at the first byte that is still there (or at 0): what was processed before is known by its position. */
  constructor(tail: Tail) {
    this.tail = tail;
    this.#offset = tail.segmentBytes === undefined ? 0 : firstSegment(tail) * tail.segmentBytes;
    this.#reader = tail.reader(this.#offset);
  }

  /** How many bytes of the file were read. */
  get offset(): number {
    return this.#offset;
  }

  /** What its reader has read and told nothing of yet. */
  get pending(): Pending | undefined {
    return this.#reader.pending;
  }

  /**
   * Reads what is new and hands it to `use`. What `use` throws is thrown; nothing is lost by it.
   * @returns true when there may be more (the burst was full).
   */
  read(use: (observations: Observation[]) => void): boolean {
    this.#handOver(use);
    for (let total = 0; total < BURST_BYTES; ) {
      const bytes = this.#next();
      if (bytes === null) return false;
      total += bytes.length;
      this.#offset += bytes.length;
      this.#untaken = this.#reader.push(bytes, Date.now());
      this.#handOver(use);
    }
    return true;
  }

  #handOver(use: (observations: Observation[]) => void): void {
    if (this.#untaken.length > 0) use(this.#untaken);
    this.#untaken = [];
  }

  #next(): Uint8Array | null {
    const { path: file, segmentBytes } = this.tail;
    if (segmentBytes === undefined) return readFrom(file, this.#offset);
    const index = Math.floor(this.#offset / segmentBytes);
    const bytes = readFrom(segmentName(file, index), this.#offset - index * segmentBytes);
    // The one before is kept, so that a new daemon still finds the prompt that stands on the screen.
    if (bytes !== null && index >= 2) rmSync(segmentName(file, index - 2), { force: true });
    return bytes;
  }
}

function readFrom(file: string, offset: number): Uint8Array | null {
  if (!existsSync(file)) return null;
  const descriptor = openSync(file, 'r');
  try {
    const size = fstatSync(descriptor).size - offset;
    if (size <= 0) return null;
    const bytes = Buffer.allocUnsafe(Math.min(size, CHUNK_BYTES));
    const count = readSync(descriptor, bytes, 0, bytes.length, offset);
    return count === 0 ? null : bytes.subarray(0, count);
  } finally {
    closeSync(descriptor);
  }
}

function segmentName(prefix: string, index: number): string {
  return `${prefix}.${String(index).padStart(6, '0')}`;
}

function firstSegment({ path: prefix }: Tail): number {
  const folder = path.dirname(prefix);
  const base = path.basename(prefix);
  if (!existsSync(folder)) return 0;
  const indices = readdirSync(folder)
    .filter(name => name.startsWith(`${base}.`))
    .map(name => Number(name.slice(base.length + 1)))
    .filter(Number.isInteger);
  return indices.length === 0 ? 0 : Math.min(...indices);
}
