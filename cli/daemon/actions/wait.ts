/** `actor wait`: until sessions are settled. */
import { isSettled } from '../../domain/next.js';
import type { Session } from '../../domain/world.js';
import type { WaitResult } from '../../protocol.js';
import { isBlocked } from '../views.js';
import { type Action, requireSessions } from './action.js';

export const wait: Action<'wait'> = async (daemon, { request, item, signal }) => {
  const { names, any, timeout_ms } = request.params;
  const { sessions } = daemon.ledger.world;
  const chosen =
    names.length > 0
      ? requireSessions(daemon, names)
      : [...sessions.values()].filter(session => !session.definition.main);
  const settled = new Map<string, WaitResult>();
  const look = () => {
    for (const { definition } of chosen) {
      if (settled.has(definition.name)) continue;
      const session = sessions.get(definition.name);
      if (session && !isSettled(session, isBlocked(daemon, session))) continue;
      const result = resultOf(definition.name, session);
      settled.set(definition.name, result);
      item(result);
    }
    return settled.size === chosen.length || (any && settled.size > 0);
  };
  const isDone = await daemon.ledger.until(look, timeout_ms, signal);
  return { settled: [...settled.values()], timed_out: !isDone };
};

function resultOf(name: string, session: Session | undefined): WaitResult {
  return {
    name,
    status: session?.status ?? 'ended',
    outcome: session?.last?.outcome ?? null,
    reason: session?.status === 'waiting' ? session.waitingFor : (session?.last?.reason ?? null),
    message: session?.last?.message ?? null,
  };
}
