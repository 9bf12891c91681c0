/** Ends a session's agent because somebody asked for it: cleanly, silently, and all of its processes. */
import { listPanes } from '../../../tmux/panes.js';
import { closeWindow } from '../../../tmux/window.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { observe } from '../inputs/observe.js';
import { endProcesses, processesOf } from '../processes.js';

/** How long an agent may take to save and go, in milliseconds. */
const PATIENCE = 5000;

/**
 * Closes the window (the agent gets SIGHUP, and saves) and waits until the agent and everything it started are gone.
 * @returns false when a process refuses to go.
 */
export async function endAgent(daemon: Daemon, session: Session): Promise<boolean> {
  const { launch, definition } = session;
  if (!launch) {
    await closeWindowsOf(daemon, definition.name);
    return true;
  }
  daemon.ledger.commit([{ kind: 'ending', session: definition.name }]);
  const { pid, id } = launch;
  await closeWindowsOf(daemon, definition.name);
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

async function closeWindowsOf(daemon: Daemon, name: string): Promise<void> {
  for (const pane of (await listPanes(daemon.tmux)) ?? [])
    if (pane.name === name) await closeWindow(daemon.tmux, pane.window);
}
