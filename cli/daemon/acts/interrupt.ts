/** Interrupts the running turn of a session: the agent stays alive. */
import { sendKeys } from '../../../tmux/keys.js';
import { underWay } from '../../domain/next.js';
import type { Session } from '../../domain/world.js';
import { type Daemon, isThere } from '../context.js';
import { readScreen, seeInterrupt } from './look.js';
import { clearReturned } from './returned.js';

/** How long an agent may take to stop, and when the key is pressed once more, in milliseconds. */
const STOP_TIMEOUT = 10_000;
const PRESS_AGAIN = 2500;
/**
 * How long an agent may take to begin with a prompt that was handed to it, in milliseconds: one that was started with it first
 * starts, on a busy machine among others, and runs its person's own hooks.
 */
const BEGIN_TIMEOUT = 60_000;

/**
 * Waits until nothing is on its way to the agent: a prompt that was handed over can be interrupted only when it is a turn.
 * @returns false when it still is: the agent takes long, or is at a dialog
 */
export async function untilBegun(daemon: Daemon, session: Session): Promise<boolean> {
  const isOver = () => !isThere(daemon, session) || underWay(session) === null;
  await daemon.ledger.until(() => isOver() || session.status === 'waiting', BEGIN_TIMEOUT);
  return isOver();
}

/**
 * Presses the agent's interrupt key and waits for the turn to end by the agent's own word.
 * @returns false when the turn goes on (a command that ignores the interrupt).
 */
export async function interruptTurn(daemon: Daemon, session: Session): Promise<boolean> {
  const { turn, launch } = session;
  if (!turn || !launch?.pane) return true;
  const name = session.definition.name;
  const agent = daemon.agentOf(session);
  const worker = daemon.workerOf(session);
  daemon.ledger.commit([{ kind: 'stopping', session: name }]);
  const isOver = () => daemon.ledger.world.sessions.get(name)?.turn?.id !== turn.id;
  for (let waited = 0; waited < STOP_TIMEOUT; waited += PRESS_AGAIN) {
    await sendKeys(daemon.tmux, launch.pane, agent.interruptKeys);
    await daemon.ledger.until(isOver, PRESS_AGAIN);
    worker.running?.readTails();
    worker.running?.readState();
    if (isOver()) break;
    // Pressed once more where it is not needed, a key means something else: claude's second Escape rewinds.
    const reading = await readScreen(daemon, worker);
    if (reading?.state === 'dialog') break;
    if (reading?.state === 'composer' || reading?.state === 'draft') {
      seeInterrupt(daemon, worker);
      break;
    }
  }
  if (!isOver()) return false;
  await clearReturned(daemon, worker, true);
  return true;
}
