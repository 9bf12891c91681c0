/** Ends a session's agent because somebody asked for it: cleanly, silently, and all of its processes. */
import { listPanes } from '../../../tmux/panes.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { point } from '../fault.js';
import { observe } from '../inputs/observe.js';
import { endProcesses, processesOf } from '../processes.js';
import { leaveWindow } from './leave.js';

/** How long an agent may take to save and go, in milliseconds. */
const PATIENCE = 5000;

/**
 * Closes the window (the agent gets SIGHUP, and saves) and waits until the agent and everything it started are gone.
 * @returns false when a process refuses to go.
 */
export async function endAgent(daemon: Daemon, session: Session): Promise<boolean> {
  const { launch, definition } = session;
  if (!launch) {
    await closeWindowsOf(daemon, session);
    return true;
  }
  daemon.ledger.commit([{ kind: 'ending', session: definition.name }]);
  point('after-ending');
  const { pid, id } = launch;
  await closeWindowsOf(daemon, session);
  const areGone =
    pid === null || (await endProcesses(() => processesOf(pid, id), { agent: pid, patience: PATIENCE }));
  daemon.drain();
  const kept = daemon.settleUnclaimed(id);
  observe(daemon, definition.name, id, [
    {
      type: 'gone',
      clean: true,
      kept,
      detail: 'ended on request',
      source: 'pane',
      position: null,
      at: Date.now(),
      by: 'actor',
    },
  ]);
  return areGone;
}

async function closeWindowsOf(daemon: Daemon, session: Session): Promise<void> {
  for (const pane of (await listPanes(daemon.tmux)) ?? [])
    if (pane.name === session.definition.name) await leaveWindow(daemon, session, pane.window);
}
