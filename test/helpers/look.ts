/** Looks at an arena's sessions without a process for each look: who waits for something looks often, and a client is a node start. */
import { join } from 'node:path';
import { ask } from '../../cli/client/ask.js';
import { findHome } from '../../cli/client/home.js';
import type { Methods } from '../../cli/protocol.js';
import type { Arena } from './arena.js';
import { packageRoot } from './root.js';

/**
 * The answer that `actor list --json` and `actor show --json` print; as they do, it starts a daemon where none runs.
 * @throws the daemon's errors
 */
export async function look<M extends 'list' | 'show'>(
  { env, home: cwd }: Arena,
  method: M,
  params: Methods[M]['params'],
): Promise<Methods[M]['result']> {
  const question = {
    method,
    params: () => params,
    caller: { cwd, session: null },
    handlers: {},
    start: 'always',
    again: 'always',
  } as const;
  const program = join(packageRoot, 'dist', 'daemon.cjs');
  const answer = await ask(question, { home: findHome(env, cwd), env, program });
  if (answer === null) throw new Error(`no daemon answered ${method}`);
  return answer;
}
