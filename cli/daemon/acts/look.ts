/** Looks at a session's screen, for what no hook tells. */
import { lookAtPane } from '../../../tmux/capture.js';
import type { Pane } from '../../../tmux/panes.js';
import type { Agent, PaneFacts, ScreenReading } from '../../agents/agent.js';
import type { Sighting } from '../../domain/observation.js';
import type { Prompt, Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { observe } from '../inputs/observe.js';
import type { Worker } from '../worker.js';

/**
 * What the screen shows by the adapter's reading; null when there is no living window.
 * @param load a prompt to be loaded in the same invocation, see `lookAtPane`
 */
export async function readScreen(
  daemon: Daemon,
  worker: Worker,
  load: { id: string; text: string } | null = null,
): Promise<ScreenReading | null> {
  const { session, running } = worker;
  if (!session?.launch?.pane || !running) return null;
  const look = await lookAtPane(daemon.tmux, session.launch.pane, load);
  if (!look || look.pane.dead) return null;
  return daemon.agentOf(session).screen(look.screen, factsOf(look.pane, session), running.view);
}

/** A dialog that a hook reported may not be drawn yet: one that was not seen for so long is over, in milliseconds. */
const DIALOG_DRAWN = 10_000;

/** An agent that is not ready yet may stand at a start-up dialog, which no hook reports, or have no hook for its readiness. */
export async function lookAtStart(daemon: Daemon, worker: Worker): Promise<void> {
  const { session } = worker;
  if (!session?.launch) return;
  worker.running?.readState();
  const reading = await readScreen(daemon, worker);
  if (reading?.state === 'dialog') seeDialog(daemon, worker, reading);
  const isReady = reading?.state === 'composer' || reading?.state === 'draft';
  if (isReady && daemon.agentOf(session).screenTells.includes('ready')) see(daemon, worker, ready(reading));
}

/** What no hook and no file tells of a running turn: an interrupt by hand before any output, a dialog, its end. */
export async function lookDuringTurn(daemon: Daemon, worker: Worker): Promise<void> {
  const reading = await readScreen(daemon, worker);
  const { session } = worker;
  if (!session?.turn || !reading) return;
  if (reading.interrupted && reading.state !== 'busy') seeInterrupt(daemon, worker);
  else if (reading.end) seeEnd(daemon, worker, reading.end, reading);
  else if (!daemon.agentOf(session).screenTells.includes('dialog')) return;
  else if (reading.state === 'dialog') {
    seeDialog(daemon, worker, reading);
    worker.dialogSeen = session.statusSince;
  } else if (
    session.status === 'waiting' &&
    (worker.dialogSeen === session.statusSince || Date.now() - session.statusSince > DIALOG_DRAWN)
  )
    see(daemon, worker, { type: 'resumed' });
}

function ready({ composer }: ScreenReading): Sighting {
  return { type: 'ready', ...(composer === undefined ? {} : { composer }) };
}

/** Notes that the turn is over, and what the composer looks like then. */
function seeEnd(
  daemon: Daemon,
  worker: Worker,
  end: { message: string; by: string },
  reading: ScreenReading,
): void {
  const { message, by } = end;
  see(daemon, worker, { type: 'turn-ended', outcome: 'completed', reason: null, message, untold: true }, by);
  see(daemon, worker, ready(reading), by);
}

/** Notes that the turn was interrupted, known from the screen only. */
export function seeInterrupt(daemon: Daemon, worker: Worker): void {
  see(daemon, worker, { type: 'turn-ended', outcome: 'stopped', reason: null, message: null });
}

/**
 * Notes that a prompt was taken: an agent that never says so was given it. Its turn began when that was done, not now: it may
 * be over already.
 */
export function takeForGranted(daemon: Daemon, worker: Worker, { text, sentAt }: Prompt): void {
  const by = 'the prompt that was put in (a guess)';
  see(daemon, worker, { type: 'turn-began', prompt: text }, by, sentAt ?? Date.now());
}

/** Notes that a person is needed, known from the screen only. */
export function seeDialog(daemon: Daemon, worker: Worker, reading: ScreenReading): void {
  if (reading.waitingFor) see(daemon, worker, { type: 'waiting', for: reading.waitingFor });
}

function see(
  daemon: Daemon,
  { session }: Worker,
  sighting: Sighting,
  by = 'the screen (a guess)',
  at = Date.now(),
): void {
  if (!session?.launch) return;
  const origin = { source: 'screen', position: null, at, by };
  observe(daemon, session.definition.name, session.launch.id, [{ ...sighting, ...origin }]);
}

/**
 * Is the whole draft in a composer what we put there, so that nobody has typed beside it? A composer wraps lines, shows a
 * long paste as a placeholder, and may show only the beginning; of a custom agent's only the row of the cursor is known,
 * which is the last one after a paste.
 */
export function isOurText(agent: Agent, sent: string, draft: string): boolean {
  if (agent.samePrompt(sent, draft)) return true;
  const squeeze = (text: string) => text.replace(/\s+/g, '');
  const [shown, whole] = [squeeze(draft), squeeze(sent)];
  // A few letters are as likely the beginning of something that a person types.
  if (shown.length < Math.min(CERTAIN, whole.length)) return false;
  return agent.assumesTaken ? whole.endsWith(shown) : whole.startsWith(shown);
}

/** So many characters of a prompt, spaces aside, are not typed by chance. */
const CERTAIN = 12;

function factsOf(pane: Pane, { turn }: Session): PaneFacts {
  const { cursorX, cursorY, cursorHidden, width, height, command, title, titled, alternateScreen } = pane;
  const now = Date.now();
  const since = { output: now - pane.outputAt, turn: turn ? now - turn.startedAt : null };
  return { cursorX, cursorY, cursorHidden, width, height, command, title, titled, alternateScreen, since };
}
