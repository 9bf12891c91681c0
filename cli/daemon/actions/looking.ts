/** The requests that only look: `status`, `list`, `show`, `peek`. */
import { captureScreen } from '../../../tmux/capture.js';
import { listClients } from '../../../tmux/clients.js';
import { listPanes } from '../../../tmux/panes.js';
import { BUILD } from '../../build.js';
import { Failure } from '../../domain/failure.js';
import { detailOf, iso } from '../../domain/view.js';
import { EXIT, type SessionView } from '../../protocol.js';
import { isBlocked, viewFor } from '../views.js';
import { type Action, requireSession } from './action.js';

export const status: Action<'status'> = async daemon => {
  const sessions = [...daemon.ledger.world.sessions.values()];
  return {
    pid: process.pid,
    build: BUILD,
    home: daemon.places.home,
    started_at: iso(daemon.startedAt),
    sessions: sessions.length,
    agents: sessions.filter(session => session.launch).length,
    clients: (await listClients(daemon.tmux)).length,
    events: daemon.ledger.world.lastEvent,
    rss_bytes: process.memoryUsage.rss(),
  };
};

/** Mains first, then as they were created. Says which session files cannot be used. */
export const list: Action<'list'> = async (daemon, { request, notice }) => {
  for (const problem of daemon.fileProblems) notice(problem);
  daemon.poke.facts();
  const wanted = request.params.status;
  return [...daemon.ledger.world.sessions.values()]
    .filter(session => wanted === null || session.status === wanted)
    .map(session => viewFor(daemon, session))
    .sort((a, b) => rank(a) - rank(b) || a.created_at.localeCompare(b.created_at));
};

export const show: Action<'show'> = async (daemon, { request }) => {
  const session = requireSession(daemon, request.params.name);
  const { name } = session.definition;
  daemon.poke.facts();
  return detailOf(daemon.ledger.world, session, daemon.facts.get(name), isBlocked(daemon, session));
};

/** The screen; of an agent that went away by itself, its last one. */
export const peek: Action<'peek'> = async (daemon, { request }) => {
  const { definition } = requireSession(daemon, request.params.name);
  const pane = (await listPanes(daemon.tmux))?.find(each => each.name === definition.name);
  if (!pane)
    throw new Failure(
      EXIT.failed,
      `${definition.name} has no window: its agent does not run`,
      `actor attach ${definition.name}`,
    );
  return { screen: await captureScreen(daemon.tmux, pane.pane) };
};

function rank(view: SessionView): number {
  return view.role_of === 'main' ? 0 : 1;
}
