/** `actor queue`: the prompts that wait. */
import { Failure } from '../../domain/failure.js';
import { queuedOf } from '../../domain/view.js';
import { EXIT } from '../../protocol.js';
import { isBlocked } from '../views.js';
import { type Action, requireSession } from './action.js';

export const queue: Action<'queue'> = async (daemon, { request }) => {
  const { name, cancel, clear } = request.params;
  const session = requireSession(daemon, name);
  const waiting = session.queue.filter(prompt => prompt.state === 'queued');
  const dropped = clear ? waiting : waiting.filter(prompt => prompt.id === cancel);
  if (cancel !== null && dropped.length === 0)
    throw new Failure(
      EXIT.failed,
      `no prompt ${cancel} waits in ${session.definition.name}`,
      `actor queue ${session.definition.name}`,
    );
  daemon.ledger.commit(
    dropped.map(({ id }) => ({ kind: 'prompt-dropped', session: session.definition.name, id })),
  );
  // A hook that is asked about a dropped prompt is asked in vain.
  if (dropped.length > 0) daemon.workerOf(session).poke();
  const isHeld = session.held || isBlocked(daemon, session);
  return {
    waiting: session.queue
      .filter(prompt => prompt.state === 'queued')
      .map(prompt => queuedOf(prompt, isHeld)),
    dropped: dropped.map(prompt => queuedOf(prompt, isHeld)),
  };
};
