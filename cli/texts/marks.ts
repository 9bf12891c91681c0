/** The marks of a session in lists: ♛ a main, ★ working, ! waiting for a person, ✗ exited or failed. */
import type { Io } from '../client/io.js';
import type { SessionView } from '../protocol.js';

type Marked = Pick<SessionView, 'role_of' | 'status' | 'last' | 'turn'>;

/** Two columns: the crown, then the state. */
export function marks(session: Marked): string {
  return `${session.role_of === 'main' ? '♛' : ' '}${stateMark(session)}`;
}

function stateMark({ status, last }: Marked): string {
  if (status === 'working' || status === 'starting') return '★';
  if (status === 'waiting') return '!';
  if (status === 'exited' || (status === 'idle' && (last?.outcome === 'failed' || last?.outcome === 'lost')))
    return '✗';
  return ' ';
}

const PAINTS: Readonly<Record<string, string>> = { '★': '33', '!': '35', '✗': '31' };

/** Colours a cell by the session's state, where there are colours. */
export function statePaint(io: Pick<Io, 'color'>, session: Marked): ((text: string) => string) | undefined {
  const code = PAINTS[stateMark(session)];
  return io.color && code ? text => `\x1b[${code}m${text}\x1b[39m` : undefined;
}
