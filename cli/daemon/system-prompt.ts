/** What a session's agent is told about its place, besides the person's own instructions. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Session } from '../domain/world.js';
import type { Daemon } from './context.js';

/** The coordinator's prompt for a main; nothing for others. */
export function systemPromptOf(daemon: Daemon, session: Session): string | null {
  if (!session.definition.main) return null;
  return readFileSync(path.join(daemon.agentPlaces.templates, 'main.md'), 'utf8');
}
