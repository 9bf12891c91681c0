/** Interrupts the running turn of a session: the agent stays alive. */
import { sendKeys } from '../../../tmux/keys.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { readScreen, seeInterrupt } from './look.js';

/** How long an agent may take to stop, and when the key is pressed once more, in milliseconds. */
const STOP_TIMEOUT = 10_000;
const PRESS_AGAIN = 2500;

/**
 * Presses the agent's interrupt key and waits for the turn to end by the agent's own word.
 * @returns false when the turn goes on (a command that ignores the interrupt).
 */
export async function interruptTurn(daemon: Daemon, session: Session): Promise<boolean> {
  const { turn, launch } = session;
  if (!turn || !launch?.pane) return true;
  const name = session.definition.name;
  const agent = daemon.agentOf(session);
  daemon.ledger.commit([{ kind: 'stopping', session: name }]);
  const isOver = () => daemon.ledger.world.sessions.get(name)?.turn?.id !== turn.id;
  for (let waited = 0; waited < STOP_TIMEOUT; waited += PRESS_AGAIN) {
    await sendKeys(daemon.tmux, launch.pane, agent.interruptKeys);
    if (await daemon.ledger.until(isOver, PRESS_AGAIN)) return true;
    const worker = daemon.workerOf(session);
    worker.running?.readTails();
    worker.running?.readState();
    if (isOver()) return true;
    // Pressed once more where it is not needed, a key means something else: claude's second Escape rewinds.
    const reading = await readScreen(daemon, worker);
    if (reading?.state === 'dialog') break;
    if (reading?.state === 'composer' || reading?.state === 'draft') {
      seeInterrupt(daemon, worker);
      break;
    }
  }
  return isOver();
}
