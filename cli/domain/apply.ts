/**
 * How a journal record changes the world. It is the only place where state changes; it is deterministic and does no I/O, so the
 * same records always give the same world.
 */
import { applyDelivery, release } from './apply/delivery.js';
import { applyEvent } from './apply/event.js';
import { rememberRequest } from './apply/memory.js';
import { applyToSession, setBack } from './apply/session.js';
import { thaw } from './checkpoint.js';
import type { JournalRecord } from './record.js';
import { newSession, type World } from './world.js';

/** How many names of inbox files are remembered: far more than one daemon's death can leave between record and deletion. */
const INBOX_MEMORY = 500;

/** Changes `world` by one record. Records about unknown sessions change nothing (their session was discarded). */
export function apply(world: World, record: JournalRecord): void {
  if (record.processed) {
    const { session: name, source, position } = record.processed;
    const session = world.sessions.get(name);
    if (session) session.cursors[source] = Math.max(session.cursors[source] ?? -1, position);
  }
  switch (record.kind) {
    case 'event':
      applyEvent(world, record.event, record);
      return;
    case 'defined': {
      const known = world.sessions.get(record.definition.name);
      if (known) known.definition = record.definition;
      else world.sessions.set(record.definition.name, newSession(record.definition, record.time));
      if (record.key !== undefined) rememberRequest(world, record.key, record.definition.name, null);
      return;
    }
    case 'delivery':
      applyDelivery(world, record);
      return;
    case 'inbox':
      world.inboxSeen.push(record.file);
      if (world.inboxSeen.length > INBOX_MEMORY) world.inboxSeen.splice(0, INBOX_MEMORY / 2);
      return;
    case 'checkpoint':
      Object.assign(world, thaw(record.world));
      return;
    case 'clock':
      world.clockSetBack = {
        latest: record.latest,
        was: Math.max(record.was, world.clockSetBack?.was ?? 0),
      };
      for (const session of world.sessions.values()) setBack(session, record.latest);
      return;
    case 'prompt':
      world.lastPrompt = Math.max(world.lastPrompt, Number(record.id.slice(1)) || 0);
      rememberRequest(world, record.key, record.session, record.id);
      break;
    case 'launching':
      if (!record.resume) release(world, record.session);
      break;
    case 'conversation': {
      const known = world.sessions.get(record.session)?.definition.conversation ?? null;
      if (known !== null && known !== record.id) release(world, record.session);
      break;
    }
  }
  const session = world.sessions.get(record.session);
  if (session) applyToSession(session, record);
}
