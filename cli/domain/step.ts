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

import { makeEvent } from './event.js';
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

function gone(
  world: World,
  session: Session,
  observation: Extract<Observation, { type: 'gone' }>,
): NewRecord[] {
  if (!session.launch) return [];
  const name = session.definition.name;
  const { by, at, clean, detail } = observation;
  const silent = session.ending;
  const records: NewRecord[] = [];
  const turn = session.turn;
  // Pasted, and never acknowledged: whether the agent took it is unknowable, and a prompt is never run twice.
  const doubtful = turn ? undefined : session.queue.find(prompt => prompt.state === 'sending');
  if (doubtful) records.push({ kind: 'prompt-dropped', session: name, id: doubtful.id });
  if (silent || clean) {
    let ahead = 0;
    if (turn) {
      const exit = observation.turnOutcome;
      const outcome = silent ? 'stopped' : (exit?.outcome ?? 'stopped');
      records.push(
        eventRecord(
          world,
          session,
          by,
          {
            type: outcome,
            outcome,
            reason: silent ? null : (exit?.reason ?? null),
            message: silent ? null : (exit?.message ?? null),
            turn: turn.id,
            prompt_id: turn.promptId,
            duration_ms: Math.max(0, at - turn.startedAt),
          },
          // An `exit` that a person typed is no completion of anything; one that was sent is.
          { silent: silent || turn.promptId === null },
        ),
      );
      ahead = 1;
    }
    records.push(
      eventRecord(world, session, by, { type: 'ended', message: detail }, { ahead, silent: true }),
    );
  } else {
    records.push(
      eventRecord(world, session, by, {
        type: 'exited',
        outcome: turn || doubtful ? 'lost' : null,
        turn: turn?.id ?? null,
        prompt_id: turn?.promptId ?? doubtful?.id ?? null,
        duration_ms: turn ? Math.max(0, at - turn.startedAt) : null,
        reason: detail,
        message: observation.lastWords ?? null,
      }),
    );
  }
  return [...records, ...withdrawals(world, name, observation.kept ?? [])];
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

function isBefore(at: number, since: number): boolean {
  return at + CLOCK_SLACK < since;
}

/** Delivered to the parent: how turns end, and what needs a person. Clean, intentional endings are silent. */
const DELIVERED = new Set(['completed', 'failed', 'stopped', 'needs-input', 'exited']);

/** An event of this session as a journal record. `ahead`: how many events of the same batch come before it. */
export function eventRecord(
  world: World,
  session: Session,
  by: string,
  facts: Parameters<typeof makeEvent>[2],
  { ahead = 0, silent = false, at }: { ahead?: number; silent?: boolean; at?: number } = {},
): NewRecord {
  const event = makeEvent(world.lastEvent + 1 + ahead, session, facts);
  const deliver = !silent && !session.definition.main && DELIVERED.has(event.type);
  return { kind: 'event', event, deliver, by, ...(at === undefined ? {} : { time: at }) };
}
