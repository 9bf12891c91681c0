/** `actor events`: what happened to the sessions, as it was and as it comes. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { formatClock, formatDuration } from '../client/time.js';
import { oneLine } from '../client/width.js';
import type { ActorEvent, EventType, ExitCode } from '../protocol.js';
import { untilDaemonEnds } from './following.js';
import { wholeNumber } from './numbers.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io } = context;
  const json = input.flag('json');
  const follow = input.flag('follow');
  const session = input.value('session');
  const type = input.value('type') as EventType | null;
  let since = wholeNumber(input.value('since'), '--since') ?? 0;
  const item = (event: ActorEvent) => {
    since = event.id;
    if (json) io.json(event);
    else io.line(eventLine(event, Date.now()));
  };
  // A daemon that was killed is followed by the next one; nothing is missed or doubled, since it goes on after the last id.
  return untilDaemonEnds(
    io,
    context.follow('events', () => ({ since, follow, session, type }), { item }),
  );
}

/** `42  07:12:03  fix-nav  completed (2m13s): the last message, on one line`. */
function eventLine(event: ActorEvent, now: number): string {
  const what = [
    event.type,
    event.waiting_for ?? (event.reason === null ? null : oneLine(event.reason)),
    event.duration_ms === null ? null : formatDuration(event.duration_ms),
  ].filter(part => part !== null);
  const [type, ...details] = what;
  const head = `${event.id}  ${formatClock(event.time, now)}  ${event.session}  ${type}`;
  const more = details.length > 0 ? ` (${details.join(', ')})` : '';
  const said = event.message === null ? '' : oneLine(event.message);
  return `${head}${more}${said === '' ? '' : `: ${said}`}`;
}
