/**
 * What an observation means for a session: the records that follow from it. Pure; the heart of "no completion is lost and
 * none counted twice". Three rules carry it:
 *
 * 1. What a source told once is dropped when it tells it again (`processed`).
 * 2. Several sources tell the same thing (a Stop hook, the transcript, the state file). The first one counts; the later
 *    ones are known by their time: an end that happened before the open turn began, or a beginning that happened before the
 *    last end, belongs to the past.
 * 3. A signal for which there is nothing to change changes nothing.
 */

import { eventRecord } from './event.js';
import { gone } from './gone.js';
import type { Observation } from './observation.js';
import type { NewRecord } from './record.js';
import { lastTurnEnd, type Prompt, type Session, type World } from './world.js';

/** Clocks of hook files (kernel ticks of 4 ms) and of transcripts (1 ms) may disagree by this much, in milliseconds. */
const CLOCK_SLACK = 10;

/** How prompts are compared; the agent's own `samePrompt`. */
export type SamePrompt = (sent: string, seen: string) => boolean;

/**
 * The records that an observation of `session` leads to; none when it is old or changes nothing.
 * `samePrompt` tells whether what the agent says it took is what was sent.
 */
export function step(
  world: World,
  session: Session,
  observation: Observation,
  samePrompt: SamePrompt,
): NewRecord[] {
  if (isProcessed(session, observation)) return [];
  const records = consequences(world, session, observation, samePrompt);
  const last = records.at(-1);
  if (last && observation.position !== null)
    last.processed = {
      session: session.definition.name,
      source: observation.source,
      position: observation.position,
    };
  return records;
}

function isProcessed(session: Session, { source, position }: Observation): boolean {
  const cursor = session.cursors[source];
  return position !== null && cursor !== undefined && position <= cursor;
}

function consequences(
  world: World,
  session: Session,
  observation: Observation,
  samePrompt: SamePrompt,
): NewRecord[] {
  const name = session.definition.name;
  const { by } = observation;
  switch (observation.type) {
    case 'ready':
      if (!session.launch || session.turn) return [];
      if (session.launch.ready && session.status !== 'starting' && session.status !== 'waiting') return [];
      return [{ kind: 'ready', session: name, by }];
    case 'turn-began':
      return turnBegan(world, session, observation, samePrompt);
    case 'turn-ended':
      return turnEnded(world, session, observation);
    case 'waiting':
      if (!session.launch || (session.status === 'waiting' && session.waitingFor === observation.for))
        return [];
      if (isBefore(observation.at, session.statusSince)) return [];
      return [
        eventRecord(world, session, by, {
          type: 'needs-input',
          waiting_for: observation.for,
          turn: session.turn?.id ?? null,
        }),
      ];
    case 'resumed':
      if (session.status !== 'waiting' || isBefore(observation.at, session.statusSince)) return [];
      return [{ kind: 'resumed', session: name, by }];
    case 'conversation':
      if (
        session.definition.conversation === observation.id &&
        (observation.transcript === null || session.launch?.transcript === observation.transcript)
      )
        return [];
      return [
        { kind: 'conversation', session: name, id: observation.id, transcript: observation.transcript },
      ];
    case 'delivery-accepted':
    case 'delivery-seen':
      return delivery(world, observation);
    case 'gone':
      return gone(world, session, observation);
  }
}

function turnBegan(
  world: World,
  session: Session,
  observation: Extract<Observation, { type: 'turn-began' }>,
  samePrompt: SamePrompt,
): NewRecord[] {
  if (!session.launch) return [];
  const name = session.definition.name;
  const { by, at, source, position } = observation;
  const taken = observation.own ? undefined : acknowledged(session, at, observation.prompt, samePrompt);
  if (session.turn) {
    if (taken) return [{ kind: 'joined', session: name, prompt: taken.id, by }];
    return session.status === 'waiting' && !isBefore(at, session.statusSince)
      ? [{ kind: 'resumed', session: name, by }]
      : [];
  }
  const end = lastTurnEnd(session) ?? Number.NEGATIVE_INFINITY;
  // In the same moment: what the source of that end tells behind it is later all the same.
  const isLater = at > end || (at === end && position !== null && source === session.endSource);
  if (!isLater && !taken) return [];
  return [
    eventRecord(
      world,
      session,
      by,
      {
        type: 'turn-started',
        turn: session.turns + 1,
        prompt_id: taken?.id ?? null,
        message: taken ? null : (observation.prompt?.slice(0, 200) ?? null),
      },
      { at },
    ),
  ];
}

/** The prompt that this beginning acknowledges, if it is one of ours, and was on its way by then: people say the same thing twice. */
function acknowledged(
  session: Session,
  at: number,
  seen: string | null,
  samePrompt: SamePrompt,
): Prompt | undefined {
  const underWay = session.queue.filter(
    ({ state, sentAt }) => state !== 'queued' && !isBefore(at, sentAt ?? 0),
  );
  return underWay.find(prompt => seen === null || samePrompt(prompt.text, seen));
}

function turnEnded(
  world: World,
  session: Session,
  observation: Extract<Observation, { type: 'turn-ended' }>,
): NewRecord[] {
  const { by, at } = observation;
  const turn = session.turn;
  if (observation.untold && session.stopping)
    observation = { ...observation, outcome: 'stopped', untold: false };
  if (!turn) {
    // A prompt that began and ended in one (a shell's comment line): its end is its acknowledgement.
    const taken = observation.unbegun ? acknowledged(session, at, null, () => true) : undefined;
    if (!taken) return [];
    return [
      eventRecord(world, session, by, { type: 'turn-started', turn: session.turns + 1, prompt_id: taken.id }),
      eventRecord(
        world,
        session,
        by,
        endOf(observation, { turn: session.turns + 1, prompt_id: taken.id, duration_ms: 0 }),
        { ahead: 1 },
      ),
    ];
  }
  if (at + CLOCK_SLACK < turn.startedAt) return [];
  return [
    eventRecord(
      world,
      session,
      by,
      endOf(observation, {
        turn: turn.id,
        prompt_id: turn.promptId,
        // Times of files have fractions of a millisecond.
        duration_ms: Math.round(observation.durationMs ?? Math.max(0, at - turn.startedAt)),
      }),
      { at: Math.max(at, turn.startedAt) },
    ),
  ];
}

function endOf(
  observation: Extract<Observation, { type: 'turn-ended' }>,
  rest: { turn: number; prompt_id: string | null; duration_ms: number },
) {
  const { outcome, reason, message } = observation;
  return { type: outcome, outcome, reason, message, ...rest };
}

function delivery(
  world: World,
  observation: Extract<Observation, { type: 'delivery-accepted' | 'delivery-seen' }>,
): NewRecord[] {
  const known = world.deliveries.get(observation.token);
  if (!known) return [];
  const state = observation.type === 'delivery-seen' ? 'seen' : 'accepted';
  if (known.state === state) return [];
  const { token, to, launch, door, events } = known;
  return [{ kind: 'delivery', token, to, launch, door, events, state }];
}

function isBefore(at: number, since: number): boolean {
  return at + CLOCK_SLACK < since;
}
