/** `left`: a terminal is back at its shell; where main is gone as well, what still runs. */
import { mainOf } from '../../domain/event.js';
import type { Session } from '../../domain/world.js';
import { type Daemon, findSession } from '../context.js';
import type { Action } from './action.js';

export const left: Action<'left'> = async (daemon, { request }) => {
  const { name, main } = request.params;
  const known = main === null ? mainBeside(daemon, name) : (findSession(daemon, main) ?? null);
  if (known ? isRunning(known) : main === null) return { gone: null, running: [] };
  const running = [...daemon.ledger.world.sessions.values()].filter(isRunning);
  return {
    gone: known?.definition.name ?? main,
    running: running.map(({ definition, status }) => ({ name: definition.name, status })),
  };
};

/** One that was started after the terminal had come. */
function mainBeside(daemon: Daemon, name: string): Session | null {
  const session = findSession(daemon, name);
  return (session && mainOf(daemon.ledger.world, session.definition)) ?? null;
}

/** Terminals leave an agent that is ended on request before it is gone. */
function isRunning({ launch, ending }: Session): boolean {
  return launch !== null && !ending;
}
