/**
 * claude gives a prompt that was interrupted before its first output back to the composer, some time after the turn is over. It is
 * ours, not a person's, and would keep all that waits from being sent.
 */
import { sendKeys } from '../../../tmux/keys.js';
import type { Daemon } from '../context.js';
import type { Worker } from '../worker.js';
import { isOurText, readScreen } from './look.js';

/** A returned prompt of more lines stays in the composer. */
const MOST_LINES = 100;

/**
 * Clears what was given back, line by line, for as long as nothing else stands there. `isFresh`: right after the interruption, when
 * nobody can have begun to change it; later it has to stand there as it was.
 * @returns whether there was any, and the composer is empty now
 */
export async function clearReturned(daemon: Daemon, worker: Worker, isFresh: boolean): Promise<boolean> {
  for (let press = 0; press < MOST_LINES; press++) {
    const { session } = worker;
    const id = session?.last?.interrupted;
    if (!session?.launch?.pane || session.turn || id === undefined) return false;
    const agent = daemon.agentOf(session);
    if (!agent.looksBeforePaste || agent.foreground) return false;
    const reading = await readScreen(daemon, worker);
    if (reading?.state === 'composer') return press > 0;
    if (reading?.state !== 'draft' || reading.draft === null) return false;
    const prompt = daemon.journal.promptText(id) ?? '';
    const isOurs =
      isFresh || press > 0
        ? isOurText(agent, prompt, reading.draft)
        : agent.samePrompt(prompt, reading.draft);
    if (!isOurs) return false;
    await sendKeys(daemon.tmux, session.launch.pane, ['C-u']);
  }
  return false;
}
