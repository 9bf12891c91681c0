/** Making events, and finding out who is told. Pure. */
import type { ActorEvent, EventType } from '../protocol.js';
import type { NewRecord } from './record.js';
import type { Pending, Session, World } from './world.js';

/** What is particular to an event; everything else comes from the session. */
type EventFacts = { type: EventType } & Partial<
  Pick<
    ActorEvent,
    'turn' | 'outcome' | 'reason' | 'message' | 'duration_ms' | 'prompt_id' | 'waiting_for' | 'diff'
  >
>;

/** The event with this id. Its `time` is filled in by the ledger, when it is written down. */
function makeEvent(id: number, session: Session, facts: EventFacts): ActorEvent {
  return {
    id,
    time: '',
    session: session.definition.name,
    parent: session.definition.parent,
    type: facts.type,
    turn: facts.turn ?? null,
    outcome: facts.outcome ?? null,
    reason: facts.reason ?? null,
    message: facts.message ?? null,
    duration_ms: facts.duration_ms ?? null,
    prompt_id: facts.prompt_id ?? null,
    waiting_for: facts.waiting_for ?? null,
    branch: session.definition.branch,
    diff: facts.diff ?? null,
    queued: session.queue.filter(prompt => prompt.state === 'queued').length,
  };
}

/** Delivered to the parent: how turns end, and what needs a person. Clean, intentional endings are silent. */
const DELIVERED = new Set(['completed', 'failed', 'stopped', 'needs-input', 'exited']);

/** An event of this session as a journal record. `ahead`: how many events of the same batch come before it. */
export function eventRecord(
  world: World,
  session: Session,
  by: string,
  facts: EventFacts,
  { ahead = 0, silent = false, at }: { ahead?: number; silent?: boolean; at?: number } = {},
): NewRecord {
  const event = makeEvent(world.lastEvent + 1 + ahead, session, facts);
  const deliver = !silent && !session.definition.main && DELIVERED.has(event.type);
  return { kind: 'event', event, deliver, by, ...(at === undefined ? {} : { time: at }) };
}

/** The main that a directory belongs to: of its repository, or outside one of the directory itself. */
export function mainOf(world: World, place: { repo: string | null; dir: string }): Session | undefined {
  for (const session of world.sessions.values()) {
    const { main, repo, dir } = session.definition;
    if (main && (place.repo === null ? repo === null && dir === place.dir : repo === place.repo))
      return session;
  }
  return undefined;
}

/** Does the agent hold back its own queue? Codex does after an interruption, until a turn that is begun then has completed. */
export function isQueuePaused({ launch, turn, last }: Session): boolean {
  return launch !== null && turn === null && last?.outcome === 'stopped' && last.endedAt >= launch.startedAt;
}

/** Who is told of this event now: the parent, or else the main of its repository; undefined while there is neither. */
export function recipientOf(world: World, { to, place }: Pick<Pending, 'to' | 'place'>): Session | undefined {
  const parent = to === null ? undefined : world.sessions.get(to);
  return parent ?? mainOf(world, place);
}
