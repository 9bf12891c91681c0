/** The world as data that stands at the beginning of a journal segment. */
import type { Delivery, Pending, Session, World } from './world.js';

/** The world as JSON data, for a checkpoint. */
export function freeze(world: World): unknown {
  return {
    ...world,
    sessions: [...world.sessions.values()],
    pending: [...world.pending.values()],
    deliveries: [...world.deliveries.values()],
    requests: [...world.requests],
    ends: [...world.ends],
  };
}

/** The world that was {@link freeze | frozen}. */
export function thaw(data: unknown): World {
  const frozen = data as Omit<World, 'sessions' | 'pending' | 'deliveries' | 'requests' | 'ends'> & {
    sessions: Session[];
    pending: Pending[];
    deliveries: Delivery[];
    requests: [string, { session: string; prompt: string | null }][];
    ends: [string, number][];
  };
  return {
    ...frozen,
    sessions: new Map(frozen.sessions.map(session => [session.definition.name, session])),
    pending: new Map(frozen.pending.map(pending => [pending.event.id, pending])),
    deliveries: new Map(frozen.deliveries.map(delivery => [delivery.token, delivery])),
    requests: new Map(frozen.requests),
    ends: new Map(frozen.ends),
  };
}
