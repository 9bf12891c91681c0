/** What it means that an agent is gone: for its open turn, for a prompt on its way, and for what was handed to it. Pure. */
import { eventRecord } from './event.js';
import type { Observation } from './observation.js';
import type { NewRecord } from './record.js';
import type { Prompt, Session, Turn, World } from './world.js';

type Gone = Extract<Observation, { type: 'gone' }>;

/** The records that follow from the end of this session's agent; none when that is known. */
export function gone(world: World, session: Session, observation: Gone): NewRecord[] {
  if (!session.launch) return [];
  const { name } = session.definition;
  // Pasted, and never acknowledged: whether the agent took it is unknowable, and a prompt is never run twice.
  const doubtful = session.turn ? undefined : session.queue.find(prompt => prompt.state === 'sending');
  return [
    ...(doubtful ? [{ kind: 'prompt-dropped' as const, session: name, id: doubtful.id }] : []),
    ...(session.ending || observation.clean
      ? ended(world, session, observation)
      : [exited(world, session, observation, doubtful)]),
    ...withdrawals(world, name, observation.kept ?? []),
  ];
}

/** Somebody asked for it: actor, or the person in its window. */
function ended(world: World, session: Session, observation: Gone): NewRecord[] {
  const { by, detail } = observation;
  const ofTurn = session.turn ? [turnCutOff(world, session, session.turn, observation)] : [];
  const facts = { type: 'ended', message: detail } as const;
  return [...ofTurn, eventRecord(world, session, by, facts, { ahead: ofTurn.length, silent: true })];
}

/** How a turn ended by a clean end: as the agent's exit says, if it says so, else it was stopped. */
function turnCutOff(world: World, session: Session, turn: Turn, observation: Gone): NewRecord {
  const silent = session.ending;
  const exit = silent ? undefined : observation.turnOutcome;
  const outcome = exit?.outcome ?? 'stopped';
  return eventRecord(
    world,
    session,
    observation.by,
    {
      type: outcome,
      outcome,
      reason: exit?.reason ?? null,
      message: exit?.message ?? null,
      turn: turn.id,
      prompt_id: turn.promptId,
      duration_ms: durationOf(turn, observation),
    },
    // An `exit` that a person typed is no completion of anything; one that was sent is.
    { silent: silent || turn.promptId === null },
  );
}

/** Nobody asked. */
function exited(world: World, session: Session, observation: Gone, doubtful: Prompt | undefined): NewRecord {
  const { turn } = session;
  return eventRecord(world, session, observation.by, {
    type: 'exited',
    outcome: turn || doubtful ? 'lost' : null,
    turn: turn?.id ?? null,
    prompt_id: turn?.promptId ?? doubtful?.id ?? null,
    duration_ms: turn && durationOf(turn, observation),
    reason: observation.detail,
    message: observation.lastWords ?? null,
  });
}

/** In whole milliseconds: times of files have fractions of one. */
function durationOf({ startedAt }: Turn, { at }: Gone): number {
  return Math.round(Math.max(0, at - startedAt));
}

/** What was handed to an agent that is gone, and stands neither in its transcript nor in its queue, is handed out again. */
function withdrawals(world: World, name: string, kept: readonly string[]): NewRecord[] {
  return [...world.deliveries.values()]
    .filter(each => each.to === name && !kept.includes(each.token))
    .map(({ token, to, launch, door, events }) => ({
      kind: 'delivery',
      token,
      to,
      launch,
      door,
      events,
      state: 'withdrawn',
    }));
}
