/** Sessions as a table, a line each. */
import type { Io } from '../client/io.js';
import { type Cell, renderTable } from '../client/table.js';
import { formatAge } from '../client/time.js';
import { displayWidth, oneLine, truncate } from '../client/width.js';
import type { SessionView } from '../protocol.js';
import { marks, statePaint } from './marks.js';
import { waitingEventsText } from './waiting-events.js';

const HEAD = ['', 'NAME', 'STATUS', 'AGENT', 'BRANCH', 'CHANGES', 'QUEUE', 'TURN', 'ABOUT'];
/** Where a terminal is too narrow for all, these columns go, in this order, … */
const LEAST = ['AGENT', 'BRANCH', 'QUEUE', 'TURN'].map(title => HEAD.indexOf(title));
/** … until so many are left for the last one. */
const ABOUT_WIDTH = 20;
/** On a terminal a branch is cut to this part of its width, or it takes the place of all others; names are for copying. */
const BRANCH_PART = 1 / 4;

/** The table with its head. `now` in milliseconds since the epoch. */
export function listLines(
  sessions: readonly SessionView[],
  io: Pick<Io, 'color' | 'ascii' | 'width'>,
  now: number,
): string[] {
  const faint = io.color ? (text: string) => `\x1b[2m${text}\x1b[22m` : undefined;
  const rows = sessions.map(session => row(session, io, now));
  const head = HEAD.map(text => ({ text, paint: faint }));
  const kept = keptColumns([head, ...rows], io.width);
  return renderTable(
    [head, ...rows].map(cells => kept.map(column => cells[column]!)),
    io.width,
  );
}

/** A column's head alone does not make the column worth its place. */
function keptColumns([head = [], ...rows]: readonly Cell[][], width: number | null): number[] {
  const used = [...head.keys()].filter(column => rows.some(cells => cells[column]!.text !== ''));
  const widest = (column: number) =>
    Math.max(...[head, ...rows].map(cells => displayWidth(cells[column]!.text)));
  const about = head.length - 1;
  const room = (columns: number[]) =>
    (width ?? Number.POSITIVE_INFINITY) -
    columns.filter(column => column !== about).reduce((sum, column) => sum + widest(column) + 2, 0);
  const wanted = used.includes(about) ? Math.min(ABOUT_WIDTH, widest(about)) : 0;
  let kept = used;
  for (const least of LEAST) if (room(kept) < wanted) kept = kept.filter(column => column !== least);
  return kept;
}

function row(session: SessionView, io: Pick<Io, 'color' | 'ascii' | 'width'>, now: number): Cell[] {
  const paint = statePaint(io, session);
  const branch = apart(session.branch ?? '');
  return [
    { text: marks(session, io).trimEnd() || ' ', paint },
    { text: session.name },
    { text: session.waiting_for ? `${session.status} (${session.waiting_for})` : session.status, paint },
    { text: session.agent },
    { text: io.width === null ? branch : truncate(branch, Math.floor(io.width * BRANCH_PART)) },
    { text: changes(session) },
    { text: queue(session) },
    { text: turnAge(session, now) },
    { text: about(session) },
  ];
}

/**
 * A text beside which others stand. Some terminals draw joined emoji as one, others side by side: without what joins, colours
 * and hides, all agree on the width.
 */
function apart(text: string): string {
  return oneLine(text).replace(/\p{Cf}|\p{Emoji_Modifier}|\ufe0e|\ufe0f/gu, '');
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
