/** The definitions of the world and the files under `sessions/`, kept together. */
import { saveSession } from '../store/sessions.js';
import type { Daemon } from './context.js';

/** Writes the session's file. A file that a person broke by hand is left alone and told in the log. */
export function saveDefinition(daemon: Daemon, name: string): void {
  const session = daemon.ledger.world.sessions.get(name);
  if (!session) return;
  try {
    saveSession(daemon.places.sessions, session.definition);
  } catch (error) {
    daemon.log(`${name}: its file was not written`, error);
  }
}
