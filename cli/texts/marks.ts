/** The marks of a session in lists: ♛ a main, ★ working, ! waiting for a person, ✗ exited or failed; in ASCII ^ > ! x. */
import type { Io } from '../client/io.js';
import type { SessionView } from '../protocol.js';

type Marked = Pick<SessionView, 'role_of' | 'status' | 'last' | 'turn'>;
type State = 'working' | 'waiting' | 'failed';

/** As in the window's menu (templates/tmux.conf). */
const MARKS: Readonly<Record<State, { mark: string; ascii: string; color: string }>> = {
  working: { mark: '★', ascii: '>', color: '33' },
  waiting: { mark: '!', ascii: '!', color: '35' },
  failed: { mark: '✗', ascii: 'x', color: '31' },
};

/** Two columns: the crown, then the state. */
export function marks(session: Marked, { ascii }: Pick<Io, 'ascii'>): string {
  const state = stateOf(session);
  return `${crown(session, ascii) || ' '}${state ? MARKS[state][ascii ? 'ascii' : 'mark'] : ' '}`;
}

/** The mark of a main; '' of another session. */
export function crown({ role_of }: Pick<SessionView, 'role_of'>, ascii: boolean): string {
  return role_of === 'main' ? (ascii ? '^' : '♛') : '';
}

function stateOf({ status, last }: Marked): State | null {
  if (status === 'working' || status === 'starting') return 'working';
  if (status === 'waiting') return 'waiting';
  if (status === 'exited') return 'failed';
  return status === 'idle' && (last?.outcome === 'failed' || last?.outcome === 'lost') ? 'failed' : null;
}

/** Colours a cell by the session's state, where there are colours. */
export function statePaint(io: Pick<Io, 'color'>, session: Marked): ((text: string) => string) | undefined {
  const state = stateOf(session);
  return io.color && state ? text => `\x1b[${MARKS[state].color}m${text}\x1b[39m` : undefined;
}
