/** `actor stop`: interrupts turns; what waits is held. */

import { Failure } from '../../domain/failure.js';
import type { NewRecord } from '../../domain/record.js';
import { queuedOf } from '../../domain/view.js';
import type { Session } from '../../domain/world.js';
import { EXIT } from '../../protocol.js';
import { interruptTurn } from '../acts/interrupt.js';
import type { Daemon } from '../context.js';
import { type Action, requireSessions } from './action.js';

export const stop: Action<'stop'> = async (daemon, { request, notice }) => {
  const sessions = requireSessions(daemon, request.params.names);
  return Promise.all(sessions.map(session => stopOne(daemon, session, request.params.clear, notice)));
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
  const wasMidTurn = session.turn !== null;
  if (!wasMidTurn) notice(`${name} is not mid-turn`);
  else if (!(await interruptTurn(daemon, session)))
    throw new Failure(EXIT.failed, `${name} was interrupted, but its turn goes on`, `actor attach ${name}`);
  return { name, stopped: wasMidTurn, dropped: clear ? waiting.map(prompt => queuedOf(prompt, false)) : [] };
}
