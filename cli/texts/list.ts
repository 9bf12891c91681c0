/** Sessions as a table, a line each. */
import type { Io } from '../client/io.js';
import { type Cell, renderTable } from '../client/table.js';
import { formatAge } from '../client/time.js';
import { oneLine } from '../client/width.js';
import type { SessionView } from '../protocol.js';
import { marks, statePaint } from './marks.js';
import { waitingEventsText } from './waiting-events.js';

/** The table with its head. `now` in milliseconds since the epoch. */
export function listLines(
  sessions: readonly SessionView[],
  io: Pick<Io, 'color' | 'width'>,
  now: number,
): string[] {
  const faint = io.color ? (text: string) => `\x1b[2m${text}\x1b[22m` : undefined;
  const head = ['', 'NAME', 'STATUS', 'AGENT', 'BRANCH', 'CHANGES', 'QUEUE', 'TURN', 'ABOUT'];
  const rows = sessions.map(session => row(session, io, now));
  // A column's head alone does not make the column worth its place.
  const used = head.map((_, column) => rows.some(cells => cells[column]!.text !== ''));
  return renderTable(
    [head.map((text, column) => ({ text: used[column] ? text : '', paint: faint })), ...rows],
    io.width,
  );
}

function row(session: SessionView, io: Pick<Io, 'color'>, now: number): Cell[] {
  const paint = statePaint(io, session);
  return [
    { text: marks(session).trimEnd() || ' ', paint },
    { text: session.name },
    { text: session.waiting_for ? `${session.status} (${session.waiting_for})` : session.status, paint },
    { text: session.agent },
    { text: session.branch ?? '' },
    { text: changes(session) },
    { text: queue(session) },
    { text: turnAge(session, now) },
    { text: about(session) },
  ];
}

/** `[+84 -12] * #7`: the diff against the base, uncommitted changes, the open pull request. */
export function changes({ diff, dirty, pr }: Pick<SessionView, 'diff' | 'dirty' | 'pr'>): string {
  const parts = [
    diff && (diff.added > 0 || diff.deleted > 0) ? `[+${diff.added} -${diff.deleted}]` : '',
    dirty ? '*' : '',
    pr ? `#${pr.number}` : '',
  ];
  return parts.filter(part => part !== '').join(' ');
}

function queue({ queued, held }: SessionView): string {
  if (queued === 0 && held === 0) return '';
  return held > 0 ? `${queued > held ? `${queued}, ` : ''}${held} held` : String(queued);
}

/** How long the running turn takes, or how long ago the last one ended. */
function turnAge({ turn, last }: SessionView, now: number): string {
  if (turn) return formatAge(turn.started_at, now);
  return last ? `${formatAge(last.ended_at, now)} ago` : '';
}

function about(session: SessionView): string {
  const { purpose, last } = session;
  const waiting = waitingEventsText(session);
  const undelivered = waiting === '' ? '' : `(${waiting}) `;
  const outcome =
    last && last.outcome !== 'completed' ? `${last.outcome}${last.reason ? ` (${last.reason})` : ''}: ` : '';
  return oneLine(`${undelivered}${purpose ?? `${outcome}${last?.message ?? ''}`}`).replace(/: ?$/, '');
}
