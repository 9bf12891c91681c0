/** The one door to kdljs: KDL 2 text ↔ nodes with their places in the text. */
import { type Document, format, type Node, parse } from 'kdljs';
import { Failure } from '../domain/failure.js';
import { EXIT } from '../protocol.js';
import { type NodeOutline, outline } from './kdl-outline.js';
import { type Edit, KdlSyntaxProblem, tokenize } from './kdl-tokens.js';

/** Longest document in UTF-16 units. A main's arguments may hold whole system prompts. */
export const KDL_LENGTH_LIMIT = 1_000_000;
/** Most nodes, arguments and properties in a document that a person writes: kdljs needs 10 to 80 µs for each. */
export const KDL_COUNT_LIMIT = 1_000;

export type KdlValue = string | number | boolean | null;

/** Both count from 1; columns in UTF-16 units, as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** An argument, or the value of a property. */
export interface KdlEntry {
  value: KdlValue;
  /** Its type annotation: `(date)"2026-11-23"`. */
  tag: string | null;
  at: Position;
}

export interface KdlNode {
  name: string;
  tag: string | null;
  at: Position;
  values: KdlEntry[];
  properties: Map<string, KdlEntry>;
  children: KdlNode[];
}

/** A file that is no KDL, or does not mean what it should: where, and what is wrong. */
export class KdlError extends Failure {
  readonly file: string;
  readonly at: Position;
  /** What is wrong, without file and place. */
  readonly problem: string;

  constructor(file: string, at: Position, problem: string) {
    super(EXIT.failed, `${file}:${at.line}:${at.column}: ${problem}`);
    this.name = 'KdlError';
    this.file = file;
    this.at = at;
    this.problem = problem;
  }
}

const NOWHERE: Position = { line: 1, column: 1 };

/** A node to be printed; it stands nowhere yet. */
export function makeNode(
  name: string,
  values: readonly KdlValue[] = [],
  properties: Readonly<Record<string, KdlValue>> = {},
  children: KdlNode[] = [],
): KdlNode {
  const entry = (value: KdlValue): KdlEntry => ({ value, tag: null, at: NOWHERE });
  return {
    name,
    tag: null,
    at: NOWHERE,
    values: values.map(entry),
    properties: new Map(Object.entries(properties).map(([key, value]) => [key, entry(value)])),
    children,
  };
}

/**
 * The nodes of a KDL 2 document.
 * @param file the file's path, for messages
 * @param limit how many nodes, arguments and properties it may have
 * @throws KdlError, and nothing else, for a text that is no KDL, over a limit, or has a property twice in one node
 */
export function parseDocument(text: string, file: string, limit = KDL_COUNT_LIMIT): KdlNode[] {
  const place = placesOf(text);
  try {
    if (text.length > KDL_LENGTH_LIMIT)
      throw new KdlSyntaxProblem(0, `longer than ${KDL_LENGTH_LIMIT} characters`);
    const { tokens, edits } = tokenize(text);
    const outlines = outline(text, tokens, limit)[Symbol.iterator]();
    return read(text, edits).map(node => toNode(node, outlines, place));
  } catch (error) {
    if (error instanceof KdlSyntaxProblem) throw new KdlError(file, place(error.offset), error.message);
    throw error;
  }
}

/**
 * The document as KDL 2 text: four spaces a level, properties in alphabetical order. What cannot stand in Unicode text
 * (half of a surrogate pair) becomes U+FFFD.
 */
export function printDocument(nodes: readonly KdlNode[]): string {
  return nodes.length === 0 ? '' : format(nodes.map(toLibraryNode), { escapes: ESCAPES });
}

/** What kdljs 0.3.0 prints as it is although its own parser (and KDL 2) refuses it. */
const ESCAPES: Record<number, boolean> = Object.fromEntries(
  [
    [0x1a, 0x1f],
    [0x200e, 0x200f],
    [0x202a, 0x202e],
    [0x2066, 0x2069],
    [0xfeff, 0xfeff],
  ].flatMap(([first, last]) =>
    Array.from({ length: last! - first! + 1 }, (_, index) => [first! + index, true]),
  ),
);

function read(text: string, edits: readonly Edit[]): Document {
  let edited = '';
  let done = 0;
  for (const edit of edits) {
    edited += text.slice(done, edit.start) + edit.by;
    done = edit.end;
  }
  edited += text.slice(done);

  // kdljs tries and throws for every argument; half of its time would go into stack traces that nobody sees.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const { output, errors } = parseSafely(edited);
    const error = errors[0];
    if (!error && output) return output;
    throw unexpected(text, error ? offsetOf(error, edits) : 0);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function parseSafely(text: string): ReturnType<typeof parse> {
  try {
    return parse(text);
  } catch (error) {
    // No text is known that does this, but a file that a person wrote must never look like a defect of actor's.
    throw new KdlSyntaxProblem(
      0,
      `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type LibraryError = ReturnType<typeof parse>['errors'][number];

/** kdljs counts in the edited text. At the end of the file it gives NaN. */
function offsetOf(error: LibraryError, edits: readonly Edit[]): number {
  let offset = error.token?.startOffset ?? Number.NaN;
  if (Number.isNaN(offset)) return Number.POSITIVE_INFINITY;
  for (const edit of edits) if (edit.start < offset) offset += edit.end - edit.start - edit.by.length;
  return offset;
}

function unexpected(text: string, offset: number): KdlSyntaxProblem {
  if (offset >= text.length)
    return new KdlSyntaxProblem(text.length, 'the file ends where a value should stand');
  const found = /^(?:[^\s"#(){};=\\/]+|.)/su.exec(text.slice(offset, offset + 60))?.[0] ?? '';
  if (/\s/.test(found)) return new KdlSyntaxProblem(offset, 'a value is missing here');
  const joined = offset > 0 && /[^\s;{}]/.test(text[offset - 1] ?? '');
  return new KdlSyntaxProblem(
    offset,
    `unexpected ${found}${joined ? ': a space must stand between values' : ''}`,
  );
}

/** From an offset to its line and column. Lines end as editors see it: `\n`, `\r\n`, `\r`. */
function placesOf(text: string): (offset: number) => Position {
  const starts = [0];
  for (const end of text.matchAll(/\r\n|\n|\r/g)) starts.push(end.index + end[0].length);
  return offset => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

function toNode(node: Node, outlines: Iterator<NodeOutline>, place: (offset: number) => Position): KdlNode {
  const found = outlines.next().value as NodeOutline | undefined;
  const { offset, entries } = found ?? { offset: 0, entries: [] };
  const values = entries.filter(entry => entry.key === null);
  const properties = new Map<string, KdlEntry>();
  for (const entry of entries) {
    if (entry.key === null) continue;
    const key = entry.key.quoted ? decode(entry.key.source) : entry.key.source;
    if (properties.has(key)) throw new KdlSyntaxProblem(entry.offset, `"${key}" is given twice`);
    // kdljs collects properties in a plain object, where this one is lost.
    if (key === '__proto__') throw new KdlSyntaxProblem(entry.offset, 'no property can be called __proto__');
    properties.set(key, {
      value: node.properties[key] ?? null,
      tag: node.tags.properties[key] ?? null,
      at: place(entry.offset),
    });
  }
  return {
    name: node.name,
    tag: node.tags.name ?? null,
    at: place(offset),
    values: node.values.map((value, index) => ({
      value,
      tag: node.tags.values[index] ?? null,
      at: place(values[index]?.offset ?? offset),
    })),
    properties,
    children: node.children.map(child => toNode(child, outlines, place)),
  };
}

/** The text of a quoted or raw string. */
function decode(source: string): string {
  const { edits } = tokenize(source);
  return read(source, edits)[0]?.name ?? '';
}

function toLibraryNode(node: KdlNode): Node {
  const properties = Object.create(null) as Record<string, KdlValue>;
  const tags = Object.create(null) as Record<string, string>;
  for (const [key, entry] of node.properties) {
    properties[wellFormed(key)] = printable(entry.value);
    if (entry.tag !== null) tags[wellFormed(key)] = wellFormed(entry.tag);
  }
  return {
    name: wellFormed(node.name),
    values: node.values.map(entry => printable(entry.value)),
    properties,
    children: node.children.map(toLibraryNode),
    tags: {
      name: node.tag === null ? undefined : wellFormed(node.tag),
      values: node.values.map(entry => (entry.tag === null ? undefined : wellFormed(entry.tag))),
      properties: tags,
    },
  };
}

function printable(value: KdlValue): KdlValue {
  return typeof value === 'string' ? wellFormed(value) : value;
}

function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
