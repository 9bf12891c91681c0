/** An agent's own queue: puts messages in, by the agent's own command, and looks what became of them. */
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import type { Agent, AgentView } from '../../agents/agent.js';

/** Codex takes 0.13 s on a fast machine; one that is not through after this time is ended, in milliseconds. */
const TIMEOUT = 20_000;

/**
 * Runs the command, with the part of the agent's environment that says where its files are.
 * @throws Error when it fails; then the message is not in the queue
 */
export async function enqueue([program = '', ...args]: string[], view: AgentView): Promise<void> {
  const { exitCode, stderr, shortMessage } = await execa(program, args, {
    cwd: view.definition.dir,
    env: view.env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: TIMEOUT,
  });
  if (exitCode === 0) return;
  const said = stderr?.trim().split('\n').at(-1);
  throw new Error(said || shortMessage || `exit ${exitCode}`);
}

/** Was this message put into the agent's queue? Its token is found in a database as it would be in a text. */
export function wasEnqueued(agent: Agent, view: AgentView, token: string): boolean {
  return contents(agent, view).some(content => content.includes(token));
}

/** Does this message wait in the agent's queue now? null: nobody can tell. */
export function isQueued(agent: Agent, view: AgentView, token: string): boolean | null {
  try {
    return agent.queued?.(contents(agent, view)).some(message => message.includes(token)) ?? null;
  } catch {
    return null;
  }
}

/** The log is read before the file that it is written into now and then: so nothing is missed in between. */
function contents(agent: Agent, view: AgentView): Buffer[] {
  const read = (file: string) => {
    try {
      return readFileSync(file);
    } catch {
      return Buffer.alloc(0);
    }
  };
  return (agent.queueFiles?.(view) ?? []).toReversed().map(read).toReversed();
}
