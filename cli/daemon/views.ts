/** Sessions as others see them: the world, and what the daemon knows beside it. */
import { viewOf } from '../domain/view.js';
import type { Session } from '../domain/world.js';
import type { SessionView } from '../protocol.js';
import type { Daemon } from './context.js';

/** The list object of this session, with what the daemon knows beside the world. */
export function viewFor(daemon: Daemon, session: Session): SessionView {
  return viewOf(
    daemon.ledger.world,
    session,
    daemon.facts.get(session.definition.name),
    isBlocked(daemon, session),
  );
}

/** Do its prompts wait for a person's draft? */
export function isBlocked(daemon: Daemon, session: Session): boolean {
  return daemon.workerOf(session).blocked !== null;
}
