/** The changes of which the records of a session are made. */
import type { Status } from '../../protocol.js';
import type { Prompt, Session } from '../world.js';

/** The session has this status from now on. `by`: who says so. */
export function enter(session: Session, status: Status, time: number, by: string): void {
  if (status !== 'waiting') session.waitingFor = null;
  session.status = status;
  session.statusSince = time;
  session.statusBy = by;
}

/** The prompt with this id, if it waits there still, is as far as this. `sentAt` in milliseconds since the epoch. */
export function markPrompt(
  session: Session,
  id: string | null,
  state: Prompt['state'],
  sentAt: number | null,
  buffer: string | null = null,
): void {
  const prompt = session.queue.find(each => each.id === id);
  if (!prompt) return;
  prompt.state = state;
  prompt.sentAt = sentAt;
  prompt.buffer = buffer;
}

/** Takes the prompt with this id out of the queue, if it is there. */
export function takePrompt(session: Session, id: string): Prompt | undefined {
  const index = session.queue.findIndex(prompt => prompt.id === id);
  return index < 0 ? undefined : session.queue.splice(index, 1)[0];
}
