/** `actor down`: ends agents cleanly; definitions and queues stay. */
import { killServer } from '../../../tmux/server.js';
import type { Session } from '../../domain/world.js';
import { endAgent } from '../acts/end.js';
import { type Daemon, isThere } from '../context.js';
import { withProgress } from '../progress.js';
import { type Action, requireSessions } from './action.js';

export const down: Action<'down'> = async (daemon, { request, notice }) => {
  const { names } = request.params;
  const isAll = names.length === 0;
  const { sessions } = daemon.ledger.world;
  const ended = new Set<string>();
  await withProgress(notice, async say => {
    if (!isAll) return endAll(daemon, requireSessions(daemon, names), ended, say);
    // What starts meanwhile is ended as well, or the end of the server would be the death of it.
    do await endAll(daemon, [...sessions.values()], ended, say);
    while ([...sessions.values()].some(({ launch }) => launch));
    daemon.startsNothing = true;
  });
  if (isAll)
    try {
      await killServer(daemon.tmux);
    } finally {
      daemon.shutdown('actor down');
    }
  return { ended: [...ended], all: isAll };
};

/** Ends the agents of these sessions side by side, and adds the names of those that had one to `ended`. */
async function endAll(
  daemon: Daemon,
  sessions: readonly Session[],
  ended: Set<string>,
  say: (text: string) => void,
): Promise<void> {
  const running = sessions.filter(({ launch }) => launch).map(({ definition }) => definition.name);
  for (const name of running) ended.add(name);
  const left = new Set(running);
  const tell = () => left.size > 0 && say(`ending ${[...left].join(', ')}`);
  tell();
  await Promise.all(
    sessions.map(async session => {
      await endOne(daemon, session);
      if (left.delete(session.definition.name)) tell();
    }),
  );
}

async function endOne(daemon: Daemon, session: Session): Promise<void> {
  const { name } = session.definition;
  if (session.queue.length > 0 && !session.held)
    daemon.ledger.commit([{ kind: 'held', session: name, held: true }]);
  const worker = daemon.workerOf(session);
  await worker.admission.cancel();
  if (!session.launch) return;
  await worker.exclusive(async () => {
    if (session.launch && isThere(daemon, session)) await endAgent(daemon, session);
  });
}
