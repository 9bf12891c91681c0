/** `actor list -f`: the table as it is at every moment, until the person leaves it. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import { FullScreen } from '../client/full-screen.js';
import type { ExitCode, SessionView, Status } from '../protocol.js';
import { listLines } from '../texts/list.js';
import { untilDaemonEnds } from './following.js';

/** The ages in the table go on by themselves, in milliseconds. */
const CLOCK = 1000;

/** Draws the sessions (null: of every status) until q, Ctrl-C, or the daemon's end. @throws UsageFailure where nothing can be drawn */
export async function followList(status: Status | null, context: Context): Promise<ExitCode> {
  const { io, env } = context;
  if (!io.outputIsTerminal || env.TERM === 'dumb')
    throw new UsageFailure(
      'list -f draws on a terminal, and this is none that can be drawn on',
      'actor events -f --json',
    );
  let sessions: readonly SessionView[] | null = null;
  const screen = new FullScreen(() => fitted(sessions, status, context, screen.rows));
  const refresh = whenFree(async () => {
    // The daemon is asked that told of the change: none is started, since that may have been `actor down`.
    sessions = (await context.callRunning('list', { status })) ?? sessions;
    screen.redraw();
  });
  screen.open();
  const clock = setInterval(screen.redraw, CLOCK);
  const followed = context
    .follow('changes', () => ({}), { item: refresh })
    .finally(() => {
      clearInterval(clock);
      screen.close();
    });
  return untilDaemonEnds(io, Promise.race([screen.left, followed]));
}

/** The table's beginning, where it is higher than the terminal, and how many more there are. */
function fitted(
  sessions: readonly SessionView[] | null,
  status: Status | null,
  { io }: Context,
  rows: number,
): readonly string[] {
  if (sessions === null) return [];
  if (sessions.length === 0) return [status === null ? 'no sessions' : `no session is ${status}`];
  const { color, ascii, width } = io;
  const lines = listLines(sessions, { color, ascii, width: (width ?? 80) - 1 }, Date.now());
  if (lines.length <= rows) return lines;
  const shown = Math.max(1, rows - 1);
  return [...lines.slice(0, shown), `… ${lines.length - shown} more`].slice(0, rows);
}

/** Does it again when it was wanted meanwhile, never twice at once. What goes wrong is mended by the next time. */
function whenFree(act: () => Promise<void>): () => void {
  let isBusy = false;
  let isWanted = false;
  const start = () => {
    isWanted = true;
    if (isBusy) return;
    isBusy = true;
    isWanted = false;
    void act()
      .catch(() => {})
      .finally(() => {
        isBusy = false;
        if (isWanted) start();
      });
  };
  return start;
}
