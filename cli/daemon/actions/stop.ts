/** `actor stop`: interrupts turns; what waits is held. */

import { Failure } from '../../domain/failure.js';
import { underWay } from '../../domain/next.js';
import type { NewRecord } from '../../domain/record.js';
import { queuedOf } from '../../domain/view.js';
import type { Prompt, Session } from '../../domain/world.js';
import { EXIT, type QueuedPrompt } from '../../protocol.js';
import { interruptTurn, untilBegun } from '../acts/interrupt.js';
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
  const given = underWay(session);
  const dropped = keepBack(daemon, session, clear, () => true);
  const hasBegun = given === null || (await untilBegun(daemon, session));
  // The agent may not have been ready for it: then it waits again.
  if (given) dropped.push(...keepBack(daemon, session, clear, ({ id }) => id === given.id));
  const wasMidTurn = session.turn !== null;
  if (hasBegun && (!wasMidTurn || (await interruptTurn(daemon, session))))
    return { name, stopped: wasMidTurn, dropped };
  tellDropped(name, dropped, notice);
  const why = hasBegun
    ? `${name} was interrupted, but its turn goes on`
    : `${name} has not begun with the prompt that it was given, and will`;
  throw new Failure(EXIT.failed, why, `actor attach ${name}`);
}

/** Holds those of the waiting prompts, or drops them. @returns the dropped ones */
function keepBack(
  daemon: Daemon,
  session: Session,
  clear: boolean,
  isMeant: (prompt: Prompt) => boolean,
): QueuedPrompt[] {
  const { name } = session.definition;
  const waiting = session.queue.filter(prompt => prompt.state === 'queued' && isMeant(prompt));
  if (waiting.length === 0) return [];
  const records: NewRecord[] = clear
    ? waiting.map(({ id }) => ({ kind: 'prompt-dropped', session: name, id }))
    : session.held
      ? []
      : [{ kind: 'held', session: name, held: true }];
  daemon.ledger.commit(records);
  // A hook that is asked about a dropped prompt is asked in vain.
  daemon.workerOf(session).poke();
  return clear ? waiting.map(prompt => queuedOf(prompt, false)) : [];
}

/** Whole: nobody keeps them any more. */
function tellDropped(name: string, dropped: readonly QueuedPrompt[], notice: (text: string) => void): void {
  for (const { id, prompt } of dropped) notice(`dropped of ${name}: ${id}  ${prompt}`);
}
