/**
 * The hooks that actor gives codex by `-c hooks=…`: nothing is written into the user's config.toml. A hook that codex does
 * not know brings up a dialog, unless its trust comes along: the hash of what it is, under the key of where it stands. Key
 * and hash are not documented; found out with codex-cli 0.169.0, whose own hash of the same hook this matches. Pure.
 */
import { createHash } from 'node:crypto';
import { shellWord } from '../../domain/shell-word.js';
import { type TomlValue, toToml } from './toml.js';

/** What is asked for, by event: the rollout tells all else. `mail`: waiting events, and whom it coordinates, go in there. */
const HOOKS: Record<string, ('agent-event.sh' | 'agent-mail.sh')[]> = {
  // Fires with the first prompt, not at the start; names the rollout file.
  SessionStart: ['agent-event.sh', 'agent-mail.sh'],
  UserPromptSubmit: ['agent-event.sh', 'agent-mail.sh'],
  PermissionRequest: ['agent-event.sh'],
};

/** Longest that codex lets one of our hooks run, in seconds; they take some milliseconds. */
const TIMEOUT = 5;

/** Hooks given by `-c` count as those of this file. */
const SESSION_FLAGS = '/<session-flags>/config.toml';

interface Handler {
  type: 'command';
  command: string;
  timeout: number;
}

/** The arguments that give codex our hooks (scripts in the folder `scripts`), and its trust in them. */
export function hookArguments(scripts: string): string[] {
  const hooks: Record<string, TomlValue> = {};
  const state: Record<string, TomlValue> = {};
  for (const [event, files] of Object.entries(HOOKS)) {
    const handlers = files.map(file => handler(`${shellWord(`${scripts}/${file}`)} ${event}`));
    hooks[event] = handlers.map(each => ({ hooks: [{ ...each }] }));
    for (const [group, each] of handlers.entries())
      state[`${SESSION_FLAGS}:${snake(event)}:${group}:0`] = { trusted_hash: trustedHash(event, each) };
  }
  return ['-c', `hooks=${toToml({ ...hooks, state })}`];
}

function handler(command: string): Handler {
  return { type: 'command', command, timeout: TIMEOUT };
}

/** Of the compact JSON with sorted keys, in which `async` stands though it was not given. */
export function trustedHash(
  event: string,
  { command, timeout }: { command: string; timeout: number },
): string {
  const identity = {
    event_name: snake(event),
    hooks: [{ async: false, command, timeout, type: 'command' }],
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(identity)).digest('hex')}`;
}

function snake(event: string): string {
  return event.replace(/(?<!^)[A-Z]/g, letter => `_${letter}`).toLowerCase();
}
