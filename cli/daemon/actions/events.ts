/** `actor events` and `actor logs`: what happened, and what happens. */

import { durationText } from '../../domain/message.js';
import type { JournalRecord } from '../../domain/record.js';
import { iso } from '../../domain/view.js';
import type { ActorEvent, LogEntry } from '../../protocol.js';
import { type Action, requireSession, untilGone } from './action.js';

/** From the journal first, then as they come: the two meet without a gap or a double, since both are read in one tick. */
export const events: Action<'events'> = async (daemon, { request, item, signal }) => {
  const { since, follow, session, type } = request.params;
  const isWanted = (event: ActorEvent) =>
    (session === null || event.session === session) && (type === null || event.type === type);
  for (const event of daemon.journal.events(since)) if (isWanted(event)) item(event);
  if (follow) {
    const stop = daemon.ledger.onEvent(event => {
      if (isWanted(event)) item(event);
    });
    await untilGone(signal);
    stop();
  }
  return { last: daemon.ledger.world.lastEvent };
};

export const logs: Action<'logs'> = async (daemon, { request, item, signal }) => {
  const { count, follow } = request.params;
  const { name } = requireSession(daemon, request.params.name).definition;
  const prompts = new Map<string, string>();
  const entries: LogEntry[] = [];
  for (const record of daemon.journal.recordsOf(name)) {
    if (record.kind === 'prompt') prompts.set(record.id, record.text);
    // An earlier session of the same name.
    if (record.kind === 'event' && record.event.type === 'discarded') {
      entries.length = 0;
      continue;
    }
    entries.push(...entriesOf(record, id => prompts.get(id) ?? ''));
  }
  const shown = count === null ? entries : entries.slice(-count || entries.length);
  if (!follow) return shown;
  for (const entry of shown) item(entry);
  const stop = daemon.ledger.onEvent(event => {
    if (event.session !== name) return;
    const record = { kind: 'event', time: Date.parse(event.time), event, deliver: false, by: '' } as const;
    for (const entry of entriesOf(record, id => daemon.journal.promptText(id) ?? '')) item(entry);
  });
  await untilGone(signal);
  stop();
  return [];
};

/** What a record adds to the conversation. `textOf`: the whole prompt of this id. */
function entriesOf(record: JournalRecord, textOf: (prompt: string) => string): LogEntry[] {
  if (record.kind !== 'event') return [];
  const { event } = record;
  const entry = (kind: LogEntry['kind'], text: string): LogEntry => ({
    time: event.time || iso(record.time),
    turn: event.turn,
    kind,
    text,
  });
  const duration = event.duration_ms === null ? '' : ` after ${durationText(event.duration_ms)}`;
  const reason = event.reason === null ? '' : ` (${event.reason})`;
  switch (event.type) {
    case 'turn-started':
      return [entry('prompt', (event.prompt_id && textOf(event.prompt_id)) || event.message || '')];
    case 'completed':
    case 'failed':
    case 'stopped':
      return [
        ...(event.message ? [entry('message', event.message)] : []),
        entry('outcome', `${event.type}${reason}${duration}`),
      ];
    case 'exited':
      return [
        ...(event.message ? [entry('message', event.message)] : []),
        entry('outcome', `exited${reason}${duration}`),
      ];
    case 'needs-input':
      return [entry('note', `needs input: ${event.waiting_for}`)];
    default:
      return [entry('note', event.type)];
  }
}
