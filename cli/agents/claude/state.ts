/**
 * `<config folder>/sessions/<pid>.json`, which claude rewrites at each change of status and removes at its end.
 * Undocumented; seen in 2.1.330. It is the one word claude has on an Esc before any output, for which no hook runs and nothing
 * is written to the transcript. It does not exist before the dialogs at start are answered. Pure.
 */
import type { Observation, Sighting } from '../../domain/observation.js';
import type { WaitingFor } from '../../protocol.js';
import { asNumber, asRecord, asString, parseJson } from '../json.js';
import { configFolder, transcriptPath } from './places.js';

/** How long a state of rest must have lasted before it ends a turn: the Stop hook's file may be on its way, in milliseconds. */
export const SETTLED_AFTER = 400;

/** Path of the state file of the claude with this pid, given its environment. */
export function stateFilePath(pid: number, env: Record<string, string>): string {
  return `${configFolder(env)}/sessions/${pid}.json`;
}

/**
 * What the state file says. An ending is only told once the state is {@link SETTLED_AFTER} old, so ask again later while a
 * turn is open. It must be ignored for a turn that began after its `at`.
 */
export function observeState(
  content: string | null,
  known: { conversation: string | null; dir: string; env: Record<string, string> },
  now: number,
): Observation[] {
  const state = asRecord(content === null ? undefined : parseJson(content));
  const since = asNumber(state.statusUpdatedAt);
  if (since === null) return [];
  const seen = (sighting: Sighting, position: number | null): Observation => ({
    ...sighting,
    source: 'state',
    position,
    at: since,
    by: "claude's state file",
  });
  // Two places per change of state, so that an ending told later than the readiness of the same change counts.
  const observations: Observation[] = [];
  const id = asString(state.sessionId);
  if (id && id !== known.conversation)
    observations.push(
      seen({ type: 'conversation', id, transcript: transcriptPath(known.env, known.dir, id) }, null),
    );
  switch (state.status) {
    case 'waiting': {
      const waiting = waitingFor(asString(state.waitingFor) ?? '');
      if (waiting) observations.push(seen({ type: 'waiting', for: waiting }, 2 * since));
      break;
    }
    case 'busy':
      observations.push(seen({ type: 'resumed' }, 2 * since));
      break;
    // `shell`: at rest, with a command in the background.
    case 'idle':
    case 'shell':
      observations.push(seen({ type: 'ready' }, 2 * since));
      if (now - since >= SETTLED_AFTER)
        observations.push(
          seen({ type: 'turn-ended', outcome: 'stopped', reason: null, message: null }, 2 * since + 1),
        );
  }
  return observations;
}

/** `dialog open` is a menu that the person opened by hand: nobody is asked for anything. */
function waitingFor(text: string): WaitingFor | null {
  if (text === 'dialog open') return null;
  return /permission|sandbox/.test(text) ? 'permission' : 'question';
}
