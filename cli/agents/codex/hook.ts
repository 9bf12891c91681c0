/** What codex's hooks report. Pure: (event name, payload) → observations. */
import type { Observation, Sighting } from '../../domain/observation.js';
import { deliveryTokens } from '../delivered.js';
import { asRecord, asString, type JsonRecord } from '../json.js';
import { seenByHook } from '../origin.js';
import { isOwnPrompt } from './text.js';

/** Observations from one hook payload; of an unknown event or a payload without sense: none. */
export function observeHook(
  event: string,
  payload: unknown,
  origin: { at: number; position: number | null },
): Observation[] {
  return seenByHook(sightings(event, asRecord(payload)), `codex's ${event} hook`, origin);
}

function sightings(event: string, payload: JsonRecord): Sighting[] {
  switch (event) {
    case 'SessionStart': {
      const id = asString(payload.session_id);
      return id === null ? [] : [{ type: 'conversation', id, transcript: asString(payload.transcript_path) }];
    }
    case 'UserPromptSubmit': {
      const prompt = asString(payload.prompt);
      // A sub-agent's prompt comes with the thread of its parent.
      if (prompt === null || payload.agent_id) return [];
      return [
        { type: 'turn-began', prompt, ...(isOwnPrompt(prompt) ? { own: true } : {}) },
        // Its rollout says that the model got it: a hook of the person's own can still keep it back, or a death.
        ...deliveryTokens(prompt).map(token => ({ type: 'delivery-accepted' as const, token })),
      ];
    }
    case 'PermissionRequest':
      return [{ type: 'waiting', for: 'permission' }];
    default:
      return [];
  }
}
