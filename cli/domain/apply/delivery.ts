/** What becomes of the events that are handed to somebody. */
import type { JournalRecord } from '../record.js';
import type { World } from '../world.js';

/** A delivery is under way; or it is over, and its events are told, or pending again. */
export function applyDelivery(world: World, record: Extract<JournalRecord, { kind: 'delivery' }>): void {
  const { token, to, launch, door, events, state } = record;
  if (state === 'offered' || state === 'accepted') {
    world.deliveries.set(token, { token, to, launch, door, events, state });
    for (const id of events) {
      const pending = world.pending.get(id);
      if (pending) pending.token = token;
    }
    return;
  }
  world.deliveries.delete(token);
  for (const id of events) {
    const pending = world.pending.get(id);
    if (!pending || pending.token !== token) continue;
    if (state === 'seen') world.pending.delete(id);
    else {
      pending.token = null;
      pending.redelivered ||= !record.certain;
    }
  }
}

/** What stands in an agent's own queue stays there with the conversation: when that is left, it is to be told again. */
export function release(world: World, name: string): void {
  for (const { token, to, door } of world.deliveries.values()) {
    if (to !== name || door !== 'queue') continue;
    world.deliveries.delete(token);
    for (const pending of world.pending.values()) {
      if (pending.token !== token) continue;
      pending.token = null;
      // Nobody keeps a person from going back to that conversation.
      pending.redelivered = true;
    }
  }
}
