/**
 * Puts a prompt into an agent's window: never into a dialog, never onto a person's draft, once.
 *
 * The prompt goes into a tmux buffer named after it, `sending` is written down, then paste and Enter are one tmux command
 * that deletes the buffer. So a later daemon knows: buffer there = not pasted, buffer gone = pasted.
 */
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { sendKeys } from '../../../tmux/keys.js';
import { dropPrompt, loadPrompt, neutralizePaste, pastePrompt, promptBuffers } from '../../../tmux/paste.js';
import type { Agent } from '../../agents/agent.js';
import { eventRecord } from '../../domain/event.js';
import type { Prompt, Session } from '../../domain/world.js';
import type { Daemon } from '../context.js';
import { point } from '../fault.js';
import type { Worker } from '../worker.js';
import { isOurText, readScreen, seeDialog } from './look.js';
import { clearReturned } from './returned.js';

/** A check of a prompt (`bash -n`) that takes longer than this has no say, in milliseconds. */
const CHECK_TIMEOUT = 5000;
/** After this time without an acknowledgement the screen is asked, in milliseconds. */
const ACKNOWLEDGEMENT_PATIENCE = 2000;
/** So long after it was sent a prompt may stand in a composer without an Enter, in milliseconds: Qwen Code 0.15 needs ten seconds for 200 KB. */
const TAKEN_PATIENCE = 60_000;

/** `sent`: pasted and entered. `refused`: it can never be sent, and its `failed` event says why. Else why not now. */
export type SendResult = 'sent' | 'refused' | 'busy' | 'draft' | 'dialog';

/** `isFirstTry`: nothing is known that speaks against it, so that the look loads the prompt already. */
export async function sendPrompt(
  daemon: Daemon,
  worker: Worker,
  prompt: Prompt,
  isFirstTry: boolean,
): Promise<SendResult> {
  const { session } = worker;
  if (!session?.launch?.pane) return 'busy';
  const agent = daemon.agentOf(session);
  const { pane } = session.launch;
  const submission = prompt.slash ? { paste: prompt.text } : agent.submission(prompt.text);
  if ('refuse' in submission) {
    refusePrompt(daemon, session, prompt, {
      reason: 'refused',
      by: 'a check of the prompt',
      why: submission.refuse,
    });
    return 'refused';
  }
  // Its own name for each try: what a dead daemon's tmux client may still do concerns another buffer.
  const buffer = `${prompt.id}-${randomBytes(3).toString('hex')}`;
  const loaded = { id: buffer, text: neutralizePaste(submission.paste) };
  const obstacle = agent.looksBeforePaste
    ? await lookAndLoad(daemon, worker, loaded, isFirstTry)
    : await load(daemon, loaded);
  if (obstacle !== null) return obstacle;
  point('after-load');
  if (!isStillNext(worker, prompt)) {
    await dropPrompt(daemon.tmux, buffer);
    return 'busy';
  }
  daemon.ledger.commit([{ kind: 'sending', session: session.definition.name, prompt: prompt.id, buffer }]);
  point('after-sending');
  const options = {
    ...(agent.foreground ? { foreground: agent.foreground } : {}),
    ...(agent.plainPaste ? { bracketed: false } : {}),
    ...(agent.entersAfter ? { enterAfter: agent.entersAfter } : {}),
  };
  const pasted = await pastePrompt(daemon.tmux, pane, buffer, options).catch(error => {
    daemon.log(`${session.definition.name}: a paste`, error);
    return 'doubtful' as const;
  });
  point('after-paste');
  if (pasted === 'pasted') return 'sent';
  return (await takeBack(daemon, session, { ...prompt, buffer })) ? 'busy' : 'sent';
}

interface Loaded {
  id: string;
  text: string;
}

/** @returns what is in the way: then nothing is loaded; else null. */
async function lookAndLoad(
  daemon: Daemon,
  worker: Worker,
  prompt: Loaded,
  isFirstTry: boolean,
): Promise<Exclude<SendResult, 'sent' | 'refused'> | null> {
  const reading = await readScreen(daemon, worker, isFirstTry ? prompt : null);
  if (reading?.state === 'dialog') seeDialog(daemon, worker, reading);
  if (reading?.state === 'composer') return isFirstTry ? null : load(daemon, prompt);
  // Where the pane was gone nothing was loaded.
  if (isFirstTry) await dropPrompt(daemon.tmux, prompt.id).catch(() => {});
  // Once: a draft that is known as a person's is looked at twice a second, and the text of a prompt lies in the journal.
  const isNews = reading?.state === 'draft' && worker.blocked !== 'draft';
  if (isNews && (await clearReturned(daemon, worker, false))) return 'busy';
  return reading?.state ?? 'busy';
}

async function load(daemon: Daemon, { id, text }: Loaded): Promise<null> {
  await loadPrompt(daemon.tmux, id, text);
  return null;
}

/**
 * The deletion of its buffer decides: who deletes it first, the paste or we, has the prompt.
 * @returns true when it was not pasted, and never will be: the prompt waits again.
 */
async function takeBack(daemon: Daemon, session: Session, prompt: Prompt): Promise<boolean> {
  try {
    await dropPrompt(daemon.tmux, prompt.buffer ?? '');
  } catch {
    return false;
  }
  daemon.ledger.commit([{ kind: 'unsent', session: session.definition.name, prompt: prompt.id }]);
  return true;
}

/** While the buffer was loaded a person may have begun a turn, or cancelled the prompt. */
function isStillNext(worker: Worker, prompt: Prompt): boolean {
  const { session } = worker;
  return session?.status === 'idle' && !session.turn && session.queue[0]?.id === prompt.id && !session.held;
}

/** Drops a prompt that was never handed over, and says why in its `failed` event. */
export function refusePrompt(
  daemon: Daemon,
  session: Session,
  prompt: Prompt,
  { reason, by, why }: { reason: 'refused' | 'hook'; by: string; why: string },
): void {
  const facts = { type: 'failed', outcome: 'failed', reason, message: why, prompt_id: prompt.id } as const;
  daemon.ledger.commit([
    { kind: 'prompt-dropped', session: session.definition.name, id: prompt.id },
    eventRecord(daemon.ledger.world, session, by, facts),
  ]);
}

/**
 * Looks after a prompt that was pasted and not acknowledged: an agent that was not quite ready takes the text and loses
 * the Enter, and then the text stands in its composer. A slash command is acknowledged by nothing, and done.
 * @returns when to look again, in milliseconds.
 */
export async function recheckSent(daemon: Daemon, worker: Worker, prompt: Prompt): Promise<number> {
  const { session } = worker;
  const age = Date.now() - (prompt.sentAt ?? 0);
  if (!session?.launch?.pane || age < ACKNOWLEDGEMENT_PATIENCE)
    return Math.max(20, ACKNOWLEDGEMENT_PATIENCE - age);
  const name = session.definition.name;
  if (prompt.slash) {
    daemon.ledger.commit([{ kind: 'prompt-dropped', session: name, id: prompt.id }]);
    return ACKNOWLEDGEMENT_PATIENCE;
  }
  worker.running?.readTails();
  worker.running?.readState();
  const agent = daemon.agentOf(session);
  if (!agent.looksBeforePaste || agent.foreground) return ACKNOWLEDGEMENT_PATIENCE;
  const reading = await readScreen(daemon, worker);
  if (reading?.state === 'dialog') seeDialog(daemon, worker, reading);
  const isOurs = reading?.draft != null && isOurText(agent, prompt.text, reading.draft);
  if (reading?.state === 'draft' && isOurs) await sendKeys(daemon.tmux, session.launch.pane, ['Enter']);
  return ACKNOWLEDGEMENT_PATIENCE;
}

/**
 * Looks after a prompt whose turn was taken for granted: a program that is slow with a long paste loses the Enter, and then
 * the text stands in its composer, when it has drawn it. Anything else there is a person's.
 * @returns when to look again, in milliseconds; null when the prompt must have been taken.
 */
export async function recheckTaken(daemon: Daemon, worker: Worker): Promise<number | null> {
  const { session } = worker;
  const { turn, launch } = session ?? {};
  if (!session || !turn?.promptId || !launch?.pane) return null;
  if (Date.now() - turn.startedAt > TAKEN_PATIENCE) return null;
  const agent = daemon.agentOf(session);
  const reading = await readScreen(daemon, worker);
  if (reading?.state === 'draft' && reading.draft !== null) {
    const sent = daemon.journal.promptText(turn.promptId) ?? '';
    if (isOurText(agent, sent, reading.draft)) await sendKeys(daemon.tmux, launch.pane, ['Enter']);
  }
  return ACKNOWLEDGEMENT_PATIENCE;
}

/** At the start of a daemon: which of the prompts on their way were never pasted? They wait again. */
export async function settleSending(daemon: Daemon): Promise<void> {
  if (!(await daemon.tmux.isAnswering())) return;
  for (const session of daemon.ledger.world.sessions.values())
    for (const prompt of session.queue)
      if (prompt.state === 'sending') await takeBack(daemon, session, prompt);
  // Loaded, and not yet on record as on their way.
  for (const id of await promptBuffers(daemon.tmux)) await dropPrompt(daemon.tmux, id).catch(() => {});
}

/**
 * Runs the agent's own check of a prompt.
 * @returns why it cannot be run, or null.
 */
export async function checkPrompt(
  agent: Agent,
  prompt: string,
  env: Record<string, string>,
): Promise<string | null> {
  const submission = agent.submission(prompt);
  if ('refuse' in submission) return submission.refuse;
  const [program, ...args] = agent.check ?? [];
  if (program === undefined) return null;
  const { exitCode, stderr } = await execa(program, args, {
    input: prompt,
    env,
    extendEnv: false,
    reject: false,
    timeout: CHECK_TIMEOUT,
  });
  // A here-document without its end is only a warning, but an interactive shell would wait for it.
  if (exitCode === 0 && stderr === '') return null;
  return exitCode === undefined ? null : stderr.trim() || `${program} refuses it`;
}
