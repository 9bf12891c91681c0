/** Everything that is known about a session, a line each. */
import type { Io } from '../client/io.js';
import { formatAge, formatClock, formatDuration } from '../client/time.js';
import { oneLine, unbroken } from '../client/width.js';
import type { SessionDetail } from '../protocol.js';
import { changes } from './list.js';
import { crown } from './marks.js';
import { isHoldingBack } from './waiting-events.js';

/** One line a fact; what is not there is left out. `now` in milliseconds since the epoch. */
export function showLines(session: SessionDetail, { ascii }: Pick<Io, 'ascii'>, now: number): string[] {
  const { base, last, turn, diff } = session;
  const status = session.waiting_for ? `${session.status} for ${session.waiting_for}` : session.status;
  const facts: (readonly [string, string | null])[] = [
    ['name', `${session.name} ${crown(session, ascii)}`.trimEnd()],
    ['status', `${status} since ${formatClock(session.status_since, now)}, by ${session.status_by}`],
    ['agent', session.agent],
    ['role', session.role],
    ['purpose', session.purpose],
    ['parent', session.parent],
    ['directory', session.worktree ? session.dir : `${session.dir} (no worktree of its own)`],
    ['repository', session.repo],
    ['branch', session.branch],
    ['base', base && `${base.ref} at ${base.commit.slice(0, 12)}`],
    ['changes', diff || session.dirty || session.pr ? changes(session) || 'none' : null],
    ['pull request', session.pr?.url ?? null],
    ['turn', turn && `${turn.id}, for ${formatAge(turn.started_at, now)}: ${oneLine(turn.prompt)}`],
    ['queue', session.queued > 0 || session.held > 0 ? `${session.queued} (${session.held} held)` : null],
    [
      'last turn',
      last &&
        `${last.turn}, ${last.outcome}${last.reason ? ` (${last.reason})` : ''}, ended ${formatAge(last.ended_at, now)} ago` +
          (last.duration_ms === null ? '' : `, took ${formatDuration(last.duration_ms)}`),
    ],
    ['events waiting', session.waiting_events > 0 ? waitingEvents(session) : null],
    ['conversation', session.conversation],
    ['window', session.window],
    ['process', session.pid === null ? null : String(session.pid)],
    ['created', formatClock(session.created_at, now)],
  ];
  return facts.flatMap(([label, text]) =>
    text === null ? [] : [`${`${label}:`.padEnd(16)}${unbroken(text)}`],
  );
}

function waitingEvents(session: SessionDetail): string {
  if (!isHoldingBack(session)) return String(session.waiting_events);
  return `${session.waiting_events}: ${session.agent} was interrupted, and takes none before its next prompt`;
}
