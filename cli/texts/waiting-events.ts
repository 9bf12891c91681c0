/** What is said of events that wait for a session. */
import type { SessionView } from '../protocol.js';

/** `3 events wait`, and for what, where that is known; '' without any. */
export function waitingEventsText(session: SessionView): string {
  const { waiting_events: count } = session;
  if (count === 0) return '';
  const events = count === 1 ? '1 event waits' : `${count} events wait`;
  return isHoldingBack(session) ? `${events} for its next prompt` : events;
}

/** After an interruption codex holds back its queue until a turn that is begun then has completed. */
export function isHoldingBack({ agent, pid, turn, last }: SessionView): boolean {
  return agent === 'codex' && pid !== null && turn === null && last?.outcome === 'stopped';
}
