/** Interrupts the running turn of a session: the agent stays alive. */
import { sendKeys } from '../../../tmux/keys.js';
import type { Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';

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
    const running = daemon.workerOf(session).running;
    running?.readTails();
    running?.readState();
    if (isOver()) return true;
    // A dialog is not interrupted a second time: what comes after it may be another one.
    if (session.status === 'waiting') break;
  }
  return isOver();
}
