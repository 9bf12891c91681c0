/** Session definitions as files: `sessions/<name>.kdl`, made to be read and edited by hand. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Definition } from '../domain/definition.js';
import { Failure } from '../domain/failure.js';
import { isValidName, NAME_RULE } from '../domain/names.js';
import { nearest } from '../domain/suggest.js';
import { EXIT } from '../protocol.js';
import { fileFailure, readIfThere, replaceFile } from './files.js';
import { KdlError, type KdlNode, makeNode, parseDocument, printDocument } from './kdl.js';
import { FIELDS, type Fields, NODE_NAMES } from './session-fields.js';

/** A file that cannot be used; `line` and `column` are null when it is not its text that is wrong. */
export interface FileProblem {
  file: string;
  line: number | null;
  column: number | null;
  message: string;
}

const EXTENSION = '.kdl';

/** Where the session of this name is kept. */
export function sessionPath(folder: string, name: string): string {
  return join(folder, name + EXTENSION);
}

/**
 * A definition from the text of its file. Unknown fields are no error: they belong to another version or to the user, and
 * {@link saveSession} keeps them.
 * @param file absolute path: its name must agree with the session's
 * @param kinds the agents that need no definition of their own in the file; null: it is not looked whether its agent is known
 * @throws KdlError with place and what was meant
 */
export function parseSession(text: string, file: string, kinds: readonly string[] | null = null): Definition {
  const session = sessionNode(parseDocument(text, file), file);
  const definition = { name: readName(session, file), ...readFields(session, file) };
  const { agent, custom } = definition;
  if (kinds && !custom && !kinds.includes(agent)) {
    const node = session.children.find(({ name }) => name === nodeName('agent'));
    const meant = nearest(agent, kinds);
    const hint = meant === null ? '' : `; did you mean "${meant}"?`;
    throw new KdlError(file, node?.values[0]?.at ?? session.at, `no agent is called "${agent}"${hint}`);
  }
  return definition;
}

/**
 * The text of a session file. Fields that do not apply are left out.
 * @param previous the text it replaces: what this version does not know in it is kept, comments are not
 * @throws KdlError when `previous` is no session file
 */
export function printSession(
  definition: Definition,
  previous: { text: string; file: string } | null = null,
): string {
  const children: KdlNode[] = [];
  for (const name of fieldNames()) {
    const node = writeField(name, definition);
    if (node) children.push(node);
  }
  const session = makeNode('session', [definition.name], {}, children);
  if (previous === null) return printDocument([session]);

  const nodes = parseDocument(previous.text, previous.file);
  const old = sessionNode(nodes, previous.file);
  readName(old, previous.file);
  readFields(old, previous.file);
  session.properties = old.properties;
  session.tag = old.tag;
  for (const child of old.children) {
    const field = fieldOf(child.name);
    if (!field) children.push(child);
    else
      keepUnknown(
        children.find(node => node.name === child.name),
        child,
        field.properties,
      );
  }
  return printDocument(nodes.map(node => (node === old ? session : node)));
}

/**
 * The definition in this file; null when there is none.
 * @throws KdlError, or Failure when the file cannot be read
 */
export function loadSession(path: string, kinds: readonly string[] | null = null): Definition | null {
  const text = readIfThere(path);
  return text === null ? null : parseSession(text, path, kinds);
}

/**
 * All definitions of a folder, by name. A file that cannot be used becomes a problem and disturbs no other; a missing folder
 * is an empty one.
 * @param kinds as for {@link parseSession}
 * @throws Failure when the folder cannot be read
 */
export function loadAll(
  folder: string,
  kinds: readonly string[],
): { definitions: Definition[]; problems: FileProblem[] } {
  const definitions = new Map<string, Definition>();
  const problems: FileProblem[] = [];
  for (const name of list(folder)) {
    const file = join(folder, name);
    try {
      const definition = loadSession(file, kinds);
      if (!definition) continue;
      const key = definition.name.toLowerCase();
      const twin = definitions.get(key);
      if (twin) throw new Failure(EXIT.failed, `"${twin.name}" and "${definition.name}" differ only in case`);
      definitions.set(key, definition);
    } catch (error) {
      problems.push(problemOf(file, error));
    }
  }
  return { definitions: [...definitions.values()], problems };
}

/**
 * Writes a definition to its file. Unknown fields that stand there are kept.
 * @throws Failure when the file there is no session file (somebody's edit went wrong: it is not overwritten), or when it
 * cannot be written
 */
export function saveSession(folder: string, definition: Definition): void {
  if (!isValidName(definition.name)) throw new Error(`no file name: ${JSON.stringify(definition.name)}`);
  const file = sessionPath(folder, definition.name);
  const text = readIfThere(file);
  let content: string;
  try {
    content = printSession(definition, text === null ? null : { text, file });
  } catch (error) {
    if (!(error instanceof KdlError)) throw error;
    throw new Failure(
      EXIT.failed,
      `not overwritten, since it does not parse: ${error.message}`,
      `$EDITOR ${file}`,
    );
  }
  try {
    parseSession(content, file);
  } catch (error) {
    // Better no file than one that nobody can read: a name or a size that KDL has no place for.
    throw new Failure(EXIT.failed, `this session cannot be saved: ${problemOf(file, error).message}`);
  }
  replaceFile(file, content);
}

/** Removes the file of a session; none there is fine. */
export function removeSession(folder: string, name: string): void {
  const file = sessionPath(folder, name);
  try {
    rmSync(file, { force: true });
  } catch (error) {
    throw fileFailure('remove', file, error);
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith(EXTENSION) && !name.startsWith('.'))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw fileFailure('read', folder, error);
  }
}

/** Any error of reading a file as a problem to be listed. */
function problemOf(file: string, error: unknown): FileProblem {
  if (error instanceof KdlError) return { file, ...error.at, message: error.problem };
  if (error instanceof Failure) return { file, line: null, column: null, message: error.message };
  throw error;
}

function sessionNode(nodes: readonly KdlNode[], file: string): KdlNode {
  const [session, second] = nodes.filter(node => node.name === 'session');
  if (!session)
    throw new KdlError(file, nodes[0]?.at ?? { line: 1, column: 1 }, 'no session here: session "name" { … }');
  if (second) throw new KdlError(file, second.at, 'a second session in one file');
  return session;
}

function readName(session: KdlNode, file: string): string {
  const [entry, stray] = session.values;
  const at = entry?.at ?? session.at;
  if (typeof entry?.value !== 'string')
    throw new KdlError(file, at, 'a session has a name: session "name" { … }');
  if (stray) throw new KdlError(file, stray.at, '"session" takes one value, its name');
  if (!isValidName(entry.value)) throw new KdlError(file, at, `"${entry.value}" is no name: ${NAME_RULE}`);
  const expected = basename(file, EXTENSION);
  if (entry.value !== expected) {
    throw new KdlError(
      file,
      at,
      `the session is called "${entry.value}", but its file "${expected}": rename one of them`,
    );
  }
  return entry.value;
}

function readFields(session: KdlNode, file: string): Fields {
  const found = new Map<string, KdlNode>();
  for (const child of session.children) {
    if (!fieldOf(child.name)) continue;
    if (found.has(child.name)) throw new KdlError(file, child.at, `"${child.name}" is given twice`);
    found.set(child.name, child);
  }
  const read = <K extends keyof Fields>(name: K): Fields[K] => {
    const field = FIELDS[name];
    const node = found.get(nodeName(name));
    if (node) return field.read(node, file);
    if (field.absent !== undefined) return structuredClone(field.absent);
    throw new KdlError(file, session.at, `"${nodeName(name)}" is missing: ${nodeName(name)} "…"`);
  };
  return Object.fromEntries(fieldNames().map(name => [name, read(name)])) as unknown as Fields;
}

function fieldNames(): (keyof Fields)[] {
  return Object.keys(FIELDS) as (keyof Fields)[];
}

function nodeName(field: keyof Fields): string {
  return NODE_NAMES[field] ?? field;
}

function fieldOf(node: string): (typeof FIELDS)[keyof Fields] | null {
  const field = fieldNames().find(name => nodeName(name) === node);
  return field ? FIELDS[field] : null;
}

function writeField<K extends keyof Fields>(name: K, definition: Definition): KdlNode | null {
  return FIELDS[name].write(definition[name], nodeName(name));
}

/** Carries over what hangs on a known field without belonging to it. A field that has gone takes that along. */
function keepUnknown(node: KdlNode | undefined, old: KdlNode, known: readonly string[] | 'all'): void {
  if (!node) return;
  node.children = old.children;
  if (known === 'all') return;
  for (const [key, entry] of old.properties) if (!known.includes(key)) node.properties.set(key, entry);
}
