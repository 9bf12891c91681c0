/** What should be done next for a session, as seen from its state alone: after a crash the same answer as before. Pure. */
import type { Prompt, Session } from './world.js';

export type Act =
  /** Start the agent (resuming its conversation), with the prompt in its argv if it can take it there. */
  | { act: 'launch'; prompt: Prompt | null }
  /** Put this prompt in. */
  | { act: 'send'; prompt: Prompt }
  /** End the agent, as was asked for: whoever began with it has died, or could not. */
  | { act: 'end'; prompt?: never }
  | { act: 'nothing'; prompt?: never };

/**
 * The next act. `wanted`: a person asked for the agent itself (attach, `actor run` without a prompt), so it is started even
 * when no prompt waits.
 */
export function nextAct(session: Session, wanted: boolean): Act {
  if (session.ending) return { act: session.launch ? 'end' : 'nothing' };
  const prompt = nextPrompt(session);
  if (!session.launch) return prompt || wanted ? { act: 'launch', prompt } : { act: 'nothing' };
  const isFree = session.launch.ready && !session.turn && session.status === 'idle';
  return prompt && isFree ? { act: 'send', prompt } : { act: 'nothing' };
}

/** The prompt whose turn it is: none while held, or while another one is on its way. */
function nextPrompt(session: Session): Prompt | null {
  const [first] = session.queue;
  if (!first || session.held || first.state !== 'queued') return null;
  return first;
}

/** The prompt that was handed over and has not become a turn yet; null: none. One of the agent's own commands never does. */
export function underWay({ turn, queue }: Session): Prompt | null {
  const [first] = queue;
  return turn || !first || first.slash || first.state === 'queued' ? null : first;
}

/** Prompts that a new one has to wait for: the running turn and those before it in the queue. */
export function ahead(session: Session, id: string): number {
  const index = session.queue.findIndex(prompt => prompt.id === id);
  return (session.turn ? 1 : 0) + Math.max(0, index);
}

/** Settled (for `wait`): nothing will happen by itself any more. `isBlocked`: its prompts wait for a person's draft. */
export function isSettled(session: Session, isBlocked: boolean): boolean {
  const waits = session.queue.length > 0 && !session.held && !isBlocked;
  switch (session.status) {
    case 'waiting':
      return true;
    case 'exited':
    case 'ended':
      return !waits;
    case 'created':
    case 'idle':
      return !waits && !session.turn;
    default:
      return false;
  }
}
