/** What a session's agent is told about its place: its role's prompt. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Places } from '../agents/agent.js';
import type { Definition } from '../domain/definition.js';
import type { Daemon } from './context.js';

/** The role that every main has unless another one is asked for. */
export const MAIN_ROLE = 'main';

/** The coordinator's prompt, as a main of this kind of agent gets it unless the user's role says otherwise. */
export function coordinatorPrompt(places: Places): string {
  return readFileSync(path.join(places.templates, 'main.md'), 'utf8');
}

/** Is this prompt the one that is built in? It is not copied to the session's file, so that a newer actor can have a better one. */
export function isBuiltIn({ sources }: Pick<Definition, 'sources'>): boolean {
  return sources.prompt === `role ${MAIN_ROLE} (built in)`;
}

/** The system prompt to add; null: none. */
export function systemPromptOf(daemon: Daemon, definition: Definition): string | null {
  return isBuiltIn(definition) ? coordinatorPrompt(daemon.agentPlaces) : definition.prompt;
}
