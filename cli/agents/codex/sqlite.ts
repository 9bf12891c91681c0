/**
 * Reads the rows of a table out of an SQLite database and its write-ahead log, as far as they are committed; what was deleted
 * stands in both files for a long time. There is no SQLite in node 20, and none of codex's commands shows its queue. The
 * format is documented and has not changed since 2004 (sqlite.org/fileformat2.html). Pure.
 */

const LEAF = 0x0d;
const INTERIOR = 0x05;
/** How deep a tree may be, and how many pages a row may have: more is a damaged file. */
const DEEPEST = 20;
const LONGEST_CHAIN = 100_000;

const WAL_HEADER = 32;
const FRAME_HEADER = 24;
const WAL_MAGIC = 0x377f0682;

interface Database {
  page(number: number): Buffer;
  /** Bytes of a page that hold something. */
  usable: number;
}

/**
 * The rows of a table as they are encoded, which keeps text as it is in UTF-8. `wal`: empty where there is none.
 * @throws Error when this is no database, or one without this table
 */
export function tableRows(file: Buffer, wal: Buffer, table: string): Buffer[] {
  const database = openDatabase(file, wal);
  for (const row of rowsOf(database, 1)) {
    const [type, name, , root] = readRecord(row);
    if (type === 'table' && name === table && typeof root === 'number') return [...rowsOf(database, root)];
  }
  throw new Error(`no table ${table}`);
}

function openDatabase(file: Buffer, wal: Buffer): Database {
  const changed = committedPages(wal);
  const first = changed.get(1) ?? file;
  if (!first.subarray(0, 15).equals(Buffer.from('SQLite format 3'))) throw new Error('no SQLite database');
  const size = first.readUInt16BE(16) === 1 ? 65536 : first.readUInt16BE(16);
  return {
    usable: size - first[20]!,
    page(number) {
      const page = changed.get(number) ?? file.subarray((number - 1) * size, number * size);
      if (page.length !== size) throw new Error(`no page ${number}`);
      return page;
    },
  };
}

/** The newest state of each page that a finished transaction wrote into the log. */
function committedPages(wal: Buffer): Map<number, Buffer> {
  const committed = new Map<number, Buffer>();
  if (wal.length < WAL_HEADER || (wal.readUInt32BE(0) & ~1) >>> 0 !== WAL_MAGIC) return committed;
  const isBigEndian = (wal.readUInt32BE(0) & 1) === 1;
  const size = wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let sum = checksum(wal.subarray(0, 24), [0, 0], isBigEndian);
  const open = new Map<number, Buffer>();
  for (let at = WAL_HEADER; at + FRAME_HEADER + size <= wal.length; at += FRAME_HEADER + size) {
    const frame = wal.subarray(at, at + FRAME_HEADER);
    const page = wal.subarray(at + FRAME_HEADER, at + FRAME_HEADER + size);
    sum = checksum(page, checksum(frame.subarray(0, 8), sum, isBigEndian), isBigEndian);
    // Left from before the log was begun anew, or being written just now.
    const isWhole = sum[0] === frame.readUInt32BE(16) && sum[1] === frame.readUInt32BE(20);
    if (!isWhole || !frame.subarray(8, 16).equals(salts)) break;
    open.set(frame.readUInt32BE(0), page);
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [number, content] of open) committed.set(number, content);
    open.clear();
  }
  return committed;
}

function checksum(bytes: Buffer, [one, two]: [number, number], isBigEndian: boolean): [number, number] {
  let [first, second] = [one, two];
  const word = (at: number) => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + word(at) + second) >>> 0;
    second = (second + word(at + 4) + first) >>> 0;
  }
  return [first, second];
}

function* rowsOf(database: Database, root: number, depth = 0): Generator<Buffer> {
  if (depth > DEEPEST) throw new Error('a tree without an end');
  const page = database.page(root);
  const header = root === 1 ? 100 : 0;
  const type = page[header];
  if (type !== LEAF && type !== INTERIOR) throw new Error(`page ${root} is none of a table`);
  const pointers = header + (type === LEAF ? 8 : 12);
  for (let cell = 0; cell < page.readUInt16BE(header + 3); cell++) {
    const at = page.readUInt16BE(pointers + 2 * cell);
    if (type === LEAF) yield payloadAt(database, page, at);
    else yield* rowsOf(database, page.readUInt32BE(at), depth + 1);
  }
  if (type === INTERIOR) yield* rowsOf(database, page.readUInt32BE(header + 8), depth + 1);
}

/** A row; what does not fit into its page stands in a chain of others. */
function payloadAt({ page, usable }: Database, leaf: Buffer, cell: number): Buffer {
  const [length, afterLength] = varint(leaf, cell);
  const [, start] = varint(leaf, afterLength);
  const most = usable - 35;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wished = least + ((length - least) % (usable - 4));
  const local = length <= most ? length : wished <= most ? wished : least;
  const parts = [leaf.subarray(start, start + local)];
  let rest = length - local;
  let next = rest > 0 ? leaf.readUInt32BE(start + local) : 0;
  for (let count = 0; rest > 0; count++) {
    if (count > LONGEST_CHAIN) throw new Error('a row without an end');
    const overflow = page(next);
    parts.push(overflow.subarray(4, 4 + Math.min(rest, usable - 4)));
    rest -= usable - 4;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** The columns of a row: texts and small whole numbers; null for anything else. */
function readRecord(row: Buffer): (string | number | null)[] {
  const [headerEnd, firstType] = varint(row, 0);
  const columns: (string | number | null)[] = [];
  let at = headerEnd;
  for (let header = firstType; header < headerEnd; ) {
    const [type, next] = varint(row, header);
    header = next;
    const size = type >= 12 ? Math.floor((type - 12) / 2) : (SIZES[type] ?? 0);
    if (type >= 13 && type % 2 === 1) columns.push(row.toString('utf8', at, at + size));
    else if (type >= 1 && type <= 6) columns.push(row.readIntBE(at, Math.min(size, 6)));
    else columns.push(type === 9 ? 1 : type === 8 ? 0 : null);
    at += size;
  }
  return columns;
}

/** In bytes, by the type of a number. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8];

/** @returns the number and where it ends */
function varint(bytes: Buffer, start: number): [number, number] {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) throw new Error('a number without an end');
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, start + index + 1];
  }
  return [value * 256 + bytes[start + 8]!, start + 9];
}
