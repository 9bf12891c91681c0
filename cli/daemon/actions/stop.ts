/** `actor stop`: interrupts turns; what waits is held. */

import { Failure } from '../../domain/failure.js';
import type { NewRecord } from '../../domain/record.js';
import { queuedOf } from '../../domain/view.js';
import type { Session } from '../../domain/world.js';
import { EXIT, type QueuedPrompt } from '../../protocol.js';
import { interruptTurn } from '../acts/interrupt.js';
import type { Daemon } from '../context.js';
import { type Action, requireSessions } from './action.js';

export const stop: Action<'stop'> = async (daemon, { request, notice }) => {
  const sessions = requireSessions(daemon, request.params.names);
  const ends = await Promise.allSettled(
    sessions.map(session => stopOne(daemon, session, request.params.clear, notice)),
  );
  const failed = ends.find(end => end.status === 'rejected');
  const results = ends.flatMap(end => (end.status === 'fulfilled' ? [end.value] : []));
  if (!failed) return results;
  // What was done is told all the same.
  for (const { name, stopped, dropped } of results) {
    if (stopped) notice(`stopped ${name}`);
    tellDropped(name, dropped, notice);
  }
  throw failed.reason;
};

async function stopOne(daemon: Daemon, session: Session, clear: boolean, notice: (text: string) => void) {
  const { name } = session.definition;
  const waiting = session.queue.filter(prompt => prompt.state === 'queued');
  const records: NewRecord[] = clear
    ? waiting.map(({ id }) => ({ kind: 'prompt-dropped', session: name, id }))
    : [];
  if (!clear && waiting.length > 0 && !session.held)
    records.push({ kind: 'held', session: name, held: true });
  daemon.ledger.commit(records);
  // A hook that is asked about a dropped prompt is asked in vain.
  if (records.length > 0) daemon.workerOf(session).poke();
  const dropped = clear ? waiting.map(prompt => queuedOf(prompt, false)) : [];
  const wasMidTurn = session.turn !== null;
  if (wasMidTurn && !(await interruptTurn(daemon, session))) {
    tellDropped(name, dropped, notice);
    throw new Failure(EXIT.failed, `${name} was interrupted, but its turn goes on`, `actor attach ${name}`);
  }
  return { name, stopped: wasMidTurn, dropped };
}

/** Whole: nobody keeps them any more. */
function tellDropped(name: string, dropped: readonly QueuedPrompt[], notice: (text: string) => void): void {
  for (const { id, prompt } of dropped) notice(`dropped of ${name}: ${id}  ${prompt}`);
}
