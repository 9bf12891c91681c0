/** Looks at all windows at once, and finds the agents that are gone. */
import { captureScreen } from '../../../tmux/capture.js';
import { listPanes, type Pane } from '../../../tmux/panes.js';
import { closeWindow, pokeDeadPane } from '../../../tmux/window.js';
import type { ProcessEnd } from '../../agents/agent.js';
import type { Observation } from '../../domain/observation.js';
import type { Session } from '../../domain/world.js';
import { leaveWindow } from '../acts/leave.js';
import type { Daemon } from '../context.js';
import { lastOutput } from './last-output.js';
import { observe } from './observe.js';

const LAST_WORDS_LINES = 20;

/** One tmux call for all; then, for each agent whose pane is dead or gone, what follows. */
export async function sweepPanes(daemon: Daemon): Promise<void> {
  const running = [...daemon.ledger.world.sessions.values()].flatMap(session =>
    session.launch?.pane ? [{ session, launch: session.launch }] : [],
  );
  let panes = await listPanes(daemon.tmux);
  // tmux learns of some deaths only when another child of its own ends.
  if (panes?.some(pane => pane.dead && pane.deadStatus === null && pane.deadSignal === null)) {
    await pokeDeadPane(daemon.tmux);
    panes = await listPanes(daemon.tmux);
  }
  await closeOrphans(daemon, panes ?? []);
  for (const { session, launch } of running) {
    // While another one's death was looked into it may have been started again, in a window that was not listed.
    if (session.launch !== launch || session.ending) continue;
    const pane = panes?.find(each => each.pane === launch.pane && each.launch === launch.id);
    if (pane && !pane.dead) continue;
    await concludeDeath(daemon, session, launch.id, panes === null ? 'no-server' : (pane ?? 'no-window'));
  }
}

/**
 * Windows of no launch. A live one: a dying daemon's tmux client still opened it after its launch had been given up, and nobody
 * knows its agent. A dead one whose agent ended cleanly: its hook told so before it went (claude's does), so that the launch was
 * over when the window died. The last screen of one that exited stays.
 */
async function closeOrphans(daemon: Daemon, panes: Pane[]): Promise<void> {
  const { sessions } = daemon.ledger.world;
  const known = new Set([...sessions.values()].map(session => session.launch?.id));
  for (const pane of panes) {
    if (known.has(pane.launch)) continue;
    const session = sessions.get(pane.name);
    if (pane.dead) {
      if (session?.status === 'ended') await leaveWindow(daemon, session, pane.window);
      continue;
    }
    daemon.log(`${pane.name}: a window of no launch is closed`);
    await closeWindow(daemon.tmux, pane.window);
  }
}

async function concludeDeath(
  daemon: Daemon,
  session: Session,
  launch: string,
  found: Pane | 'no-server' | 'no-window',
): Promise<void> {
  const agent = daemon.agentOf(session);
  const name = session.definition.name;
  const isDead = typeof found !== 'string';
  const end: ProcessEnd = isDead
    ? { status: found.deadStatus, signal: found.deadSignal }
    : { status: null, signal: null };
  const screen = isDead ? lastLines(await captureScreen(daemon.tmux, found.pane)) : '';
  const { running } = daemon.workerOf(session);
  const output = agent.outcomeOfExit && isDead && running ? await lastOutput(running, screen) : null;
  // The agent's own last word (a Stop hook, a transcript line) comes before its death.
  daemon.drain();
  const kept = daemon.settleUnclaimed(launch);
  if (session.launch?.id !== launch) return;
  // What fails before it is ready did not start: nobody can have asked it to go.
  const mayBeClean =
    isDead && (session.launch.ready ? end.status !== null || end.signal !== null : end.status === 0);
  const clean = mayBeClean && agent.endedCleanly(end);
  const gone: Observation = {
    type: 'gone',
    clean,
    kept,
    detail: detailOf(found, end),
    source: 'pane',
    position: null,
    at: Date.now(),
    by: 'its window',
    // What ended by itself may say why; what was killed shows only what it was doing.
    ...(screen && end.signal === null ? { lastWords: screen } : {}),
    ...(clean && agent.outcomeOfExit && end.status !== null
      ? { turnOutcome: agent.outcomeOfExit(end.status, output ?? screen) }
      : {}),
  };
  observe(daemon, name, launch, [gone]);
  if (isDead && clean) await leaveWindow(daemon, session, found.window);
}

function detailOf(found: Pane | 'no-server' | 'no-window', { status, signal }: ProcessEnd): string {
  if (found === 'no-server') return 'the tmux server ended';
  if (found === 'no-window') return 'its window was closed';
  if (signal !== null) return `killed by signal ${signal}`;
  return status === null ? 'ended, and tmux cannot tell how' : `exit status ${status}`;
}

function lastLines(screen: string): string {
  return screen
    .split('\n')
    .map(line => line.trimEnd())
    .filter(line => line !== '')
    .slice(-LAST_WORDS_LINES)
    .join('\n');
}
