/** Work that claude leaves running when it ends its answer. Pure. */
import { asArray, asRecord, asString } from '../json.js';

export interface BackgroundWork {
  /** Something that will report back and that the turn waits for: sub-agents, workflows. */
  keepsTurnOpen: boolean;
  /** Names of commands that run on and do not keep the turn open. */
  commands: string[];
}

/** Task types of the Stop hook whose end claude waits for: its status stays `busy` meanwhile. */
const AWAITED = new Set(['subagent', 'workflow']);

/** From the `background_tasks` of a Stop hook: `[{id, type, status, description, command?, agent_type?}]`. */
export function backgroundWork(tasks: unknown): BackgroundWork {
  const running = asArray(tasks)
    .map(asRecord)
    .filter(task => task.status === 'running' || task.status === 'pending');
  return {
    keepsTurnOpen: running.some(task => AWAITED.has(asString(task.type) ?? '')),
    commands: running
      .filter(task => task.type === 'shell')
      .map(task => asString(task.command) ?? asString(task.description) ?? asString(task.id) ?? '?'),
  };
}

/** The last message with a line that names the commands which still run. */
export function withRunning(message: string | null, commands: string[]): string | null {
  if (commands.length === 0) return message;
  const line = `(still running in the background: ${commands.map(oneLine).join(', ')})`;
  return message === null || message === '' ? line : `${message}\n\n${line}`;
}

function oneLine(command: string): string {
  const line = command.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
