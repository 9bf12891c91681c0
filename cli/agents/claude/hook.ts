/** What claude's hooks report. Pure: (event name, payload) → observations. */
import type { Observation, Sighting } from '../../domain/observation.js';
import type { WaitingFor } from '../../protocol.js';
import { deliveryTokens } from '../delivered.js';
import { asRecord, asString, type JsonRecord } from '../json.js';
import { seenByHook } from '../origin.js';
import { backgroundWork, withRunning } from './background.js';
import { failureReason } from './failure.js';
import { isOwnPrompt, unwrap } from './text.js';

/**
 * The events that our settings ask for, as few as give every outcome, since each costs the turn some 10 ms. That a
 * waiting session goes on is in the transcript (the tool's result) and the state file, so no hook runs at each tool.
 */
export const HOOK_EVENTS = [
  'SessionStart',
  'UserPromptSubmit',
  'Stop',
  'StopFailure',
  'PermissionRequest',
  'SessionEnd',
] as const;

/** Observations from one hook payload; of an unknown event or a payload without sense: none. */
export function observeHook(
  event: string,
  payload: unknown,
  origin: { at: number; position: number | null },
): Observation[] {
  return seenByHook(sightings(event, asRecord(payload)), `claude's ${event} hook`, origin);
}

function sightings(event: string, payload: JsonRecord): Sighting[] {
  switch (event) {
    case 'SessionStart':
      return sessionStart(payload);
    case 'UserPromptSubmit':
      return promptSubmitted(asString(payload.prompt));
    case 'Stop':
      return stop(payload);
    case 'StopFailure': {
      const message = asString(payload.last_assistant_message);
      const reason = failureReason(asString(payload.error), message);
      return [{ type: 'turn-ended', outcome: 'failed', reason, message }];
    }
    case 'PermissionRequest':
      return [{ type: 'waiting', for: waitingForTool(asString(payload.tool_name)) }];
    case 'SessionEnd':
      return sessionEnd(asString(payload.reason) ?? 'other');
    default:
      return [];
  }
}

/** `source`: startup, resume, clear, or compact, of which the last may come in the middle of a turn. */
function sessionStart(payload: JsonRecord): Sighting[] {
  const id = asString(payload.session_id);
  const found: Sighting[] = [];
  if (id) found.push({ type: 'conversation', id, transcript: asString(payload.transcript_path) });
  if (payload.source !== 'compact') found.push({ type: 'ready' });
  return found;
}

function promptSubmitted(prompt: string | null): Sighting[] {
  if (prompt === null) return [{ type: 'turn-began', prompt: null }];
  return [
    { type: 'turn-began', prompt: unwrap(prompt), ...(isOwnPrompt(prompt) ? { own: true } : {}) },
    // Its transcript says that the model got it: a hook of the person's own can still keep it back, or a death.
    ...deliveryTokens(prompt).map(token => ({ type: 'delivery-accepted' as const, token })),
  ];
}

/**
 * A Stop that follows a blocked Stop (`stop_hook_active`) ends a turn of its own: the first Stop, which ran beside the hook
 * that blocked, has ended the turn before it, and no UserPromptSubmit announces what a hook feeds back.
 */
function stop(payload: JsonRecord): Sighting[] {
  const work = backgroundWork(payload.background_tasks);
  const began: Sighting[] =
    payload.stop_hook_active === true ? [{ type: 'turn-began', prompt: null, own: true }] : [];
  if (work.keepsTurnOpen) return began;
  const message = withRunning(asString(payload.last_assistant_message), work.commands);
  return [...began, { type: 'turn-ended', outcome: 'completed', reason: null, message }];
}

/** AskUserQuestion and ExitPlanMode ask for permission too: their dialog is the question, or the plan to review. */
function waitingForTool(tool: string | null): WaitingFor {
  if (tool === 'AskUserQuestion') return 'question';
  return tool === 'ExitPlanMode' ? 'review' : 'permission';
}

/** `clear` and `resume` end a conversation, not the program; a SessionStart follows them. A signal gives `other`. */
function sessionEnd(reason: string): Sighting[] {
  if (reason === 'clear' || reason === 'resume') return [];
  const clean = reason === 'prompt_input_exit' || reason === 'logout';
  return [{ type: 'gone', clean, detail: `session end: ${reason}` }];
}
