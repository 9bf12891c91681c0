/** From observations to the ledger, and what follows at once. */
import type { Observation } from '../../domain/observation.js';
import { step } from '../../domain/step.js';
import type { Daemon } from '../context.js';
import { saveDefinition } from '../definitions.js';
import { point } from '../fault.js';

/** The cursor of a launch's messages: as of when the last one was taken, in milliseconds since the epoch. */
export const INBOX = 'inbox';

/**
 * Takes in what the agent of `launch` was seen to do. Observations of a launch that is over are dropped: what it did was
 * settled when it went. `inboxFile`: the file that told, noted in the journal with the last of its consequences.
 */
export function observe(
  daemon: Daemon,
  name: string,
  launch: string,
  observations: readonly Observation[],
  inboxFile?: string,
): void {
  const { world } = daemon.ledger;
  let isChanged = false;
  daemon.ledger.watchClock();
  for (const [index, seen] of observations.entries()) {
    const observation = { ...seen, at: daemon.ledger.past(seen.at) };
    const session = world.sessions.get(name);
    if (session?.launch?.id !== launch) return;
    const worker = daemon.workerOf(session);
    const view = worker.running?.view;
    if (view && observation.type === 'ready') view.composer = observation.composer ?? null;
    // One that says nothing of its composer has the same one after the turn.
    const isKept = daemon.agentOf(session).assumesTaken;
    if (view && observation.type === 'turn-began' && !isKept) view.composer = null;
    const records = step(world, session, observation, daemon.agentOf(session).samePrompt);
    if (inboxFile !== undefined && index === observations.length - 1 && (records.length > 0 || isChanged))
      records.push({
        kind: 'inbox',
        file: inboxFile,
        processed: { session: name, source: INBOX, position: observation.at },
      });
    if (records.length === 0) {
      if (observation.type === 'ready') isChanged = true;
      continue;
    }
    isChanged = true;
    const events = daemon.ledger.commit(records);
    if (events.some(event => event.type === 'completed')) point('after-completed');
    if (records.some(record => record.kind === 'conversation')) {
      saveDefinition(daemon, session.definition.name);
      worker.running?.refresh();
    }
    if (events.some(event => event.type === 'exited' || event.type === 'ended')) worker.release();
  }
  const session = world.sessions.get(name);
  if (!isChanged || !session) return;
  daemon.workerOf(session).poke();
  daemon.poke.deliveries();
}
