/** What an event changes: of its session, and of what others are to be told. */
import type { ActorEvent } from '../../protocol.js';
import type { Processed } from '../record.js';
import { lastTurnEnd, type Session, type World } from '../world.js';
import { enter, markPrompt, takePrompt } from './change.js';
import { release } from './delivery.js';
import { rememberEnds } from './memory.js';

/** This much of a prompt is kept with its turn, in characters. */
const PROMPT_EXCERPT = 200;

/** Changes `world` by one event; `record`: what the journal says beside it. */
export function applyEvent(
  world: World,
  event: ActorEvent,
  record: { deliver: boolean; by: string; time: number; processed?: Processed },
): void {
  world.lastEvent = Math.max(world.lastEvent, event.id);
  if (record.deliver) {
    const { repo, dir } = world.sessions.get(event.session)?.definition ?? { repo: null, dir: '' };
    world.pending.set(event.id, {
      event,
      to: event.parent,
      place: { repo, dir },
      token: null,
      redelivered: false,
    });
  }
  if (event.type === 'discarded') {
    release(world, event.session);
    for (const pending of world.pending.values()) if (pending.to === event.session) pending.to = event.parent;
    world.sessions.delete(event.session);
    return;
  }
  const session = world.sessions.get(event.session);
  if (!session) return;
  const { time, by } = record;
  const source = record.processed?.source ?? null;
  switch (event.type) {
    case 'turn-started': {
      const prompt = event.prompt_id === null ? undefined : takePrompt(session, event.prompt_id);
      session.turns = event.turn ?? session.turns + 1;
      session.turn = {
        id: session.turns,
        promptId: event.prompt_id,
        joined: [],
        prompt: (prompt?.text ?? event.message ?? '').slice(0, PROMPT_EXCERPT),
        startedAt: time,
      };
      session.stopping = false;
      session.unread = false;
      if (session.launch) session.launch.ready = true;
      enter(session, 'working', time, by);
      return;
    }
    case 'completed':
    case 'failed':
    case 'stopped':
      session.unread = event.type === 'failed';
      // A prompt was refused: a turn that a person began meanwhile is none of its business.
      if (event.turn === null) {
        refuse(world, session, event, time);
        return;
      }
      endTurn(world, session, event, time);
      session.endSource = source;
      enter(session, session.launch ? 'idle' : session.status, time, by);
      return;
    case 'needs-input':
      session.waitingFor = event.waiting_for;
      session.unread = true;
      enter(session, 'waiting', time, by);
      return;
    case 'exited':
    case 'ended': {
      if (session.turn || event.outcome) endTurn(world, session, event, time);
      session.launch = null;
      session.stopping = false;
      session.ending = false;
      session.unread = event.type === 'exited';
      // What waits is not restarted by itself: the agent may die again at once.
      if (session.queue.length > 0) session.held = true;
      for (const prompt of session.queue)
        if (prompt.state !== 'queued') markPrompt(session, prompt.id, 'queued', null);
      enter(session, event.type, time, by);
      return;
    }
  }
}

function endTurn(world: World, session: Session, event: ActorEvent, time: number): void {
  const turn = session.turn;
  session.last = {
    turn: event.turn ?? turn?.id ?? session.turns,
    prompts: turn
      ? [...(turn.promptId === null ? [] : [turn.promptId]), ...turn.joined]
      : event.prompt_id
        ? [event.prompt_id]
        : [],
    outcome: event.outcome ?? 'lost',
    reason: event.reason,
    message: event.message,
    endedAt: time,
    durationMs: event.duration_ms,
    ...(session.stopping && turn?.promptId ? { interrupted: turn.promptId } : {}),
  };
  session.turn = null;
  session.stopping = false;
  rememberEnds(world, session.last.prompts, event.id);
}

function refuse(world: World, session: Session, event: ActorEvent, time: number): void {
  session.last = {
    turn: session.turns,
    prompts: event.prompt_id === null ? [] : [event.prompt_id],
    outcome: event.outcome ?? 'failed',
    reason: event.reason,
    message: event.message,
    endedAt: time,
    durationMs: null,
    refusedAfter: lastTurnEnd(session) ?? 0,
  };
  rememberEnds(world, session.last.prompts, event.id);
}
