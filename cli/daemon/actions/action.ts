/** What an action is: one use case of the daemon, called by one request. */
import type { Agent } from '../../agents/agent.js';
import { customAgent } from '../../agents/custom.js';
import { agents } from '../../agents/registry.js';
import type { CustomAgent } from '../../domain/definition.js';
import { Failure } from '../../domain/failure.js';
import type { Layer } from '../../domain/settings.js';
import type { Session } from '../../domain/world.js';
import { EXIT, type Method, type Methods } from '../../protocol.js';
import { type Daemon, findSession, isThere } from '../context.js';
import { customAgentIn } from '../settings.js';
import type { Exchange } from '../socket.js';

/** @throws Failure with the exit code that the shell should see. */
export type Action<M extends Method> = (
  daemon: Daemon,
  exchange: Exchange<M>,
) => Promise<Methods[M]['result']>;

/** @throws Failure (exit 3) when there is none of this name. */
export function requireSession(daemon: Daemon, name: string): Session {
  const session = findSession(daemon, name);
  if (session) return session;
  const names = [...daemon.ledger.world.sessions.keys()];
  const near = names.find(each => each.startsWith(name)) ?? names.find(each => each.includes(name));
  throw new Failure(EXIT.noSession, `no session ${name}`, near ? `did you mean ${near}?` : 'actor list');
}

/** @throws Failure (exit 3) when it was discarded while something was waited for. */
export function requireThere(daemon: Daemon, session: Session): void {
  const { name } = session.definition;
  if (!isThere(daemon, session))
    throw new Failure(EXIT.noSession, `no session ${name}: it was discarded`, 'actor list');
}

/** Waits for what becomes of a session that is being discarded. @throws Failure (exit 3) when it is gone. */
export async function requireKept(
  daemon: Daemon,
  session: Session,
  notice: (text: string) => void,
): Promise<void> {
  const { leaving } = daemon.workerOf(session);
  if (leaving) {
    notice(`${session.definition.name} is being discarded`);
    await leaving;
  }
  requireThere(daemon, session);
}

/** All of these sessions, or a failure before anything is done to one. Names given twice count once. */
export function requireSessions(daemon: Daemon, names: readonly string[]): Session[] {
  return [...new Set(names.map(name => requireSession(daemon, name)))];
}

/** Resolves when the client is gone: for an action that goes on as long as somebody listens. */
export function untilGone(signal: Exchange['signal']): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A kind of agent, with what a custom one consists of. @throws Failure for one that there is not. */
export function agentOfKind(
  kind: string,
  layers: readonly Layer[] = [],
): { agent: Agent; custom: CustomAgent | null } {
  const agent = agents[kind];
  if (agent) return { agent, custom: null };
  const custom = customAgentIn(layers, kind);
  if (custom) return { agent: customAgent(kind, custom), custom };
  throw new Failure(EXIT.usage, `no agent ${kind}`, `--agent ${kindsOf(layers).join('|')}`);
}

/** All kinds of agents: those that are built in, and those of these settings. */
export function kindsOf(layers: readonly Layer[]): string[] {
  const own = layers.flatMap(({ settings }) => [...settings.agents.keys()]);
  return [...new Set([...Object.keys(agents), ...own])];
}
