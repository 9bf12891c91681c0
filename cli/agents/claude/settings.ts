/** The settings that actor passes by `--settings`: its hooks, merged with the settings that a person passes. Pure. */
import { Failure } from '../../domain/failure.js';
import { shellWord } from '../../domain/shell-word.js';
import { EXIT } from '../../protocol.js';
import type { Places } from '../agent.js';
import { asArray, asRecord, type JsonRecord, parseJson } from '../json.js';
import { HOOK_EVENTS } from './hook.js';

/** At these events claude takes text from a hook: where waiting events are handed in, and at its start what it coordinates. */
const MAIL_EVENTS = ['SessionStart', 'UserPromptSubmit', 'Stop'];

/** Longest that claude lets one of our hooks run, in seconds; they take some milliseconds. */
const HOOK_TIMEOUT = 5;

/** The value of a person's `--settings`: inline JSON, or the absolute path of a file (relative to `dir`, `~` is the home). */
export function settingsSource(
  value: string,
  dir: string,
  home: string,
): { inline: string } | { path: string } {
  const text = value.trim();
  if (text.startsWith('{')) return { inline: text };
  if (text.startsWith('~/')) return { path: `${home}${text.slice(1)}` };
  return { path: text.startsWith('/') ? text : `${dir}/${text}` };
}

/**
 * Contents of our settings file. Of two `--settings` claude takes only the last, so what the person passed is merged in:
 * everything of theirs, and the hooks of both. `theirs` null: they passed none.
 * @throws Failure when theirs is no JSON object
 */
export function settingsFile(places: Places, theirs: string | null): string {
  const settings = theirs === null ? {} : parseJson(theirs);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new Failure(EXIT.usage, 'what --settings names is not a JSON object', 'claude doctor');
  return `${JSON.stringify({ ...settings, hooks: mergeHooks(asRecord(asRecord(settings).hooks), places) }, null, 2)}\n`;
}

function mergeHooks(theirs: JsonRecord, places: Places): JsonRecord {
  const merged: JsonRecord = { ...theirs };
  for (const event of HOOK_EVENTS)
    merged[event] = [...asArray(theirs[event]), { hooks: commandsFor(event, places) }];
  return merged;
}

function commandsFor(event: string, places: Places): JsonRecord[] {
  const scripts = MAIL_EVENTS.includes(event) ? ['agent-event.sh', 'agent-mail.sh'] : ['agent-event.sh'];
  return scripts.map(script => ({
    type: 'command',
    command: `${shellWord(`${places.hooks}/${script}`)} ${event}`,
    timeout: HOOK_TIMEOUT,
  }));
}
