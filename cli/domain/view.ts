/** How a session looks from outside: the objects of `list --json`. Pure. */
import type { QueuedPrompt, SessionDetail, SessionView } from '../protocol.js';
import { recipientOf } from './event.js';
import type { Prompt, Session, World } from './world.js';

/** Facts about a session's checkout, kept by the daemon beside the world. */
export interface CheckoutFacts {
  diff: { added: number; deleted: number } | null;
  dirty: boolean | null;
  pr: { number: number; url: string } | null;
}

const NO_FACTS: CheckoutFacts = { diff: null, dirty: null, pr: null };

/** Milliseconds since the epoch as ISO 8601 UTC. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** The list object. `isBlocked`: its prompts wait for a person's draft. */
export function viewOf(
  world: World,
  session: Session,
  facts?: CheckoutFacts,
  isBlocked?: boolean,
): SessionView {
  return {
    ...ownView(session, facts, isBlocked),
    waiting_events: waitingEvents(world, session).length,
  };
}

/** What the list object says of the session itself: all but what waits for it, which takes a look at everything. */
export type OwnView = Omit<SessionView, 'waiting_events'>;

/** See {@link OwnView}; `isBlocked` as for {@link viewOf}. */
export function ownView(session: Session, facts: CheckoutFacts = NO_FACTS, isBlocked = false): OwnView {
  const { definition, launch, turn, last, queue } = session;
  const waiting = queue.filter(prompt => prompt.state === 'queued').length;
  const isHeld = session.held || isBlocked;
  return {
    name: definition.name,
    role_of: definition.main ? 'main' : 'session',
    agent: definition.agent,
    status: session.status,
    waiting_for: session.waitingFor,
    dir: definition.dir,
    repo: definition.repo,
    worktree: definition.worktree,
    branch: definition.branch,
    base: definition.base,
    parent: definition.parent,
    role: definition.role,
    purpose: definition.purpose,
    conversation: definition.conversation,
    created_at: definition.created,
    turn: turn && {
      id: turn.id,
      prompt_id: turn.promptId,
      started_at: iso(turn.startedAt),
      prompt: turn.prompt,
    },
    queued: isHeld ? 0 : waiting,
    held: isHeld ? waiting : 0,
    last: last && {
      turn: last.turn,
      outcome: last.outcome,
      reason: last.reason,
      message: last.message,
      ended_at: iso(last.endedAt),
      duration_ms: last.durationMs,
    },
    ...facts,
    window: launch?.window ?? null,
    pid: launch?.pid ?? null,
  };
}

/** `show --json`. */
export function detailOf(
  world: World,
  session: Session,
  facts?: CheckoutFacts,
  isBlocked?: boolean,
): SessionDetail {
  return {
    ...viewOf(world, session, facts, isBlocked),
    status_since: iso(session.statusSince),
    status_by: session.statusBy,
    message: session.last?.message ?? null,
  };
}

/** The undelivered events that this session is to be told. */
export function waitingEvents(world: World, session: Session): number[] {
  return [...world.pending.values()]
    .filter(pending => recipientOf(world, pending) === session)
    .map(pending => pending.event.id);
}

/** A prompt as `queue --json` shows it. */
export function queuedOf(prompt: Prompt, held: boolean): QueuedPrompt {
  return { id: prompt.id, prompt: prompt.text, queued_at: iso(prompt.queuedAt), held };
}
