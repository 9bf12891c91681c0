/** What a message says of each event: with what the turn changed, where that is known. */
import type { Told } from '../../domain/message.js';
import type { Pending } from '../../domain/world.js';
import type { ActorEvent } from '../../protocol.js';
import type { Daemon } from '../context.js';

/** A completion waits at most this long for the diff of its turn, in milliseconds. */
const DIFF_PATIENCE = 100;

/** These events as a message tells them now. */
export function toldOf(daemon: Daemon, waiting: readonly Pending[]): Told[] {
  return waiting.map(({ event, redelivered }) => ({
    event: { ...event, diff: diffOf(daemon, event.session) },
    redelivered,
  }));
}

/** What a turn changed is worth a moment's wait, so that its completion can say it. */
export function isDiffOnItsWay(daemon: Daemon, { session, time, outcome }: ActorEvent): boolean {
  // Of an event from before the clock was set back nobody knows its age.
  const age = Date.now() - Date.parse(time);
  const isYoung = age >= 0 && age < DIFF_PATIENCE;
  return outcome !== null && isYoung && !daemon.areFactsFresh(session);
}

/** Null as well when what its last turn changed is not known yet: an old number would be a wrong one. */
function diffOf(daemon: Daemon, session: string) {
  return daemon.areFactsFresh(session) ? (daemon.facts.get(session)?.diff ?? null) : null;
}
