/** The definitions of the world and the files under `sessions/`, kept together. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { agents } from '../agents/registry.js';
import type { Definition } from '../domain/definition.js';
import { eventRecord } from '../domain/event.js';
import type { Session } from '../domain/world.js';
import { type FileProblem, loadAll, loadSession, saveSession, sessionPath } from '../store/sessions.js';
import type { Daemon } from './context.js';
import { Mail } from './post/mail.js';

/** An editor writes a file in several steps; in milliseconds. */
const EDIT_PAUSE = 200;

/**
 * Takes in what a person has just changed in the session's file: who uses or changes a definition would else act on the one
 * before, and write over that. A file that cannot be used is left alone.
 */
export function takeInEdit(daemon: Daemon, name: string): void {
  const session = daemon.ledger.world.sessions.get(name);
  const before = daemon.filed.get(name);
  if (!session || !before) return;
  let now: Definition | null;
  try {
    now = loadSession(sessionPath(daemon.places.sessions, name), Object.keys(agents));
  } catch {
    // It is told of with all others, when they are read.
    return;
  }
  if (!now || isDeepStrictEqual(now, before)) return;
  daemon.filed.set(name, now);
  const fields = Object.keys(now) as (keyof Definition)[];
  const edited = fields.filter(field => !isDeepStrictEqual(now[field], before[field]));
  const changes = Object.fromEntries(edited.map(field => [field, now[field]])) as Partial<Definition>;
  daemon.ledger.commit([{ kind: 'defined', definition: { ...session.definition, ...changes } }]);
}

/** Writes the session's file. A file that a person broke by hand is left alone and told in the log. */
export function saveDefinition(daemon: Daemon, name: string): void {
  takeInEdit(daemon, name);
  const session = daemon.ledger.world.sessions.get(name);
  if (!session) return;
  try {
    saveSession(daemon.places.sessions, session.definition);
    daemon.filed.set(name, session.definition);
  } catch (error) {
    daemon.log(`${name}: its file was not written`, error);
  }
}

/**
 * Forgets a session for good. First those that it made go to its parent, on record and in their files: a death in between
 * leaves them with a parent that is there.
 * @param by what made it so, in words
 */
export function forgetSession(daemon: Daemon, session: Session, by: string): void {
  const { world } = daemon.ledger;
  const { name, parent } = session.definition;
  const children = [...world.sessions.values()].filter(each => each.definition.parent === name);
  for (const { definition } of children) {
    daemon.ledger.commit([{ kind: 'defined', definition: { ...definition, parent } }]);
    saveDefinition(daemon, definition.name);
  }
  daemon.ledger.commit([eventRecord(world, session, by, { type: 'discarded' })]);
  daemon.filed.delete(name);
  new Mail(daemon.places.mail).remove(name);
}

/** Follows what a person does to the files by hand. */
export function watchDefinitions(daemon: Daemon): void {
  let isPending = false;
  daemon.watcher.watch(daemon.places.sessions, () => {
    if (isPending) return;
    isPending = true;
    setTimeout(() => {
      isPending = false;
      readDefinitions(daemon);
    }, EDIT_PAUSE);
  });
}

/**
 * The files are the definitions: what a person edited, added or removed by hand counts. A session whose file is gone is
 * forgotten, unless its agent runs: then the file is written again.
 */
export function readDefinitions(daemon: Daemon): void {
  const { definitions, problems } = loadAll(daemon.places.sessions, Object.keys(agents));
  daemon.fileProblems = problems.map(placed);
  for (const problem of daemon.fileProblems) daemon.log(problem);
  const { world } = daemon.ledger;
  const changed = definitions.filter(
    definition => !isDeepStrictEqual(world.sessions.get(definition.name)?.definition, definition),
  );
  for (const definition of definitions) daemon.filed.set(definition.name, definition);
  daemon.ledger.commit(changed.map(definition => ({ kind: 'defined' as const, definition })));
  const there = new Set([
    ...definitions.map(({ name }) => name),
    ...problems.map(({ file }) => path.basename(file, '.kdl')),
  ]);
  for (const session of [...world.sessions.values()]) {
    const { name } = session.definition;
    if (there.has(name)) continue;
    if (session.launch) saveDefinition(daemon, name);
    else forgetSession(daemon, session, 'the removal of its file');
  }
}

/** `…/sessions/fix-nav.kdl:3:11: a string is not closed`. */
function placed({ file, line, column, message }: FileProblem): string {
  return `${[file, line, column].filter(part => part !== null).join(':')}: ${message}`;
}
