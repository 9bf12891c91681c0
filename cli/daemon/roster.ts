/**
 * Keeps `mail/<main>/roster.json` true for every agent that takes words at its start: its hook prints the file when the agent
 * starts, resumes or clears its conversation (hooks/agent-mail.sh), whether a daemon lives at that moment or not.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rosterOf } from '../domain/roster.js';
import type { Session } from '../domain/world.js';
import type { Daemon } from './context.js';

/** Changes within this time are written together, in milliseconds. */
const BATCH = 200;

export class Roster {
  readonly #daemon: Daemon;
  readonly #written = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  poke(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      for (const session of this.#daemon.ledger.world.sessions.values())
        if (session.launch) this.write(session);
    }, BATCH);
  }

  /** Before a launch, and after each change. A disk that is full costs the agent this knowledge, and nothing else. */
  write(session: Session, isNew = false): void {
    const { name } = session.definition;
    const { doors } = this.#daemon.agentOf(session);
    if (!doors.includes('hook')) return;
    const text = rosterOf(this.#daemon.ledger.world, session, Date.now());
    // What is told in hours and minutes changes all the time: a turn's age alone is no news.
    const news = (text ?? '').replace(/runs for [^:]*:/g, '');
    if (!isNew && this.#written.get(name) === news) return;
    try {
      this.#replace(path.join(this.#daemon.places.mail, name), text);
      this.#written.set(name, news);
    } catch (error) {
      this.#daemon.log(`${name}: its roster`, error);
    }
  }

  #replace(folder: string, text: string | null): void {
    const file = path.join(folder, 'roster.json');
    if (text === null) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const answer = { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: text } };
    writeFileSync(`${file}.new`, JSON.stringify(answer), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
