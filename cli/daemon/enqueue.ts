/** Puts a message into an agent's own queue, by the agent's own command. */
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import type { AgentView } from '../agents/agent.js';

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

/** Does this message stand in one of these files? Its token is found in a database as it would be in a text. */
export function isEnqueued(files: readonly string[], token: string): boolean {
  return files.some(file => {
    try {
      return readFileSync(file).includes(token);
    } catch {
      return false;
    }
  });
}
