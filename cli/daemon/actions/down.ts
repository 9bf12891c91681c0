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
  const sessions = isAll ? [...daemon.ledger.world.sessions.values()] : requireSessions(daemon, names);
  const running = sessions.filter(session => session.launch);
  await withProgress(notice, say => {
    const left = new Set(running.map(session => session.definition.name));
    const tell = () => left.size > 0 && say(`ending ${[...left].join(', ')}`);
    tell();
    return Promise.all(
      sessions.map(async session => {
        await endOne(daemon, session);
        if (left.delete(session.definition.name)) tell();
      }),
    );
  });
  if (isAll) {
    await killServer(daemon.tmux);
    daemon.shutdown('actor down');
  }
  return { ended: running.map(session => session.definition.name), all: isAll };
};

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
