/** `actor run`: a prompt for a session. */
import { Failure } from '../../domain/failure.js';
import { ahead, underWay } from '../../domain/next.js';
import type { NewRecord } from '../../domain/record.js';
import type { Session } from '../../domain/world.js';
import { EXIT, type RunResult, type TurnResult } from '../../protocol.js';
import { interruptTurn, untilBegun } from '../acts/interrupt.js';
import { requireProgram } from '../acts/launch.js';
import { checkPrompt } from '../acts/send.js';
import { type Daemon, isThere } from '../context.js';
import { callerEnvironment, keepEnvironment, keepPromptEnvironment } from '../environment.js';
import { point } from '../fault.js';
import { hookFor } from '../settings.js';
import type { Exchange } from '../socket.js';
import { isBlocked } from '../views.js';
import { type Action, requireKept, requireSession } from './action.js';

/** How long the agent's acknowledgement is waited for, in milliseconds. */
const ACKNOWLEDGEMENT = 2000;

export const run: Action<'run'> = async (daemon, exchange) => {
  const { params, caller } = exchange.request;
  const session = requireSession(daemon, params.name);
  const { name } = session.definition;
  const agent = daemon.agentOf(session);
  const env = caller.env ?? callerEnvironment(daemon, name);
  const problem =
    params.prompt === null || params.slash ? null : await checkPrompt(agent, params.prompt, env);
  if (problem !== null) throw new Failure(EXIT.usage, `${agent.program} cannot run this prompt: ${problem}`);
  await requireKept(daemon, session, exchange.notice);
  if (!session.launch) {
    requireProgram(agent.program, env.PATH ?? '');
    keepEnvironment(daemon, name, caller.env);
  }
  if (params.slash) requireSlash(daemon, session, params.prompt);
  if (params.prompt === null) {
    await release(daemon, session);
    await requireKept(daemon, session, exchange.notice);
    return { name, prompt_id: '', state: 'queued', ahead: 0 };
  }

  const known = daemon.ledger.world.requests.get(params.key)?.prompt;
  const id = known ?? `p${daemon.ledger.world.lastPrompt + 1}`;
  if (!known) {
    const { prompt: text, now: first, slash, key } = params;
    if (!slash) keepForHooks(daemon, session, id, caller.env);
    const records: NewRecord[] = [{ kind: 'prompt', session: name, id, text, first, slash, key }];
    if (session.held) records.push({ kind: 'held', session: name, held: false });
    daemon.ledger.commit(records);
    point('after-queued');
  }
  const before = ahead(session, id);
  if (params.now && (session.turn || underWay(session)))
    void interruptOther(daemon, session, id).catch(error => daemon.log(`${name}: --now`, error));
  daemon.workerOf(session).poke();
  await requireStart(daemon, session);

  const taken = await acknowledgement(daemon, session, id, before, exchange);
  const result: RunResult = { name, prompt_id: id, ...taken };
  throwIfNotStarted(daemon, session);
  if (!params.wait) return result;
  return { ...result, ...(await turnOf(daemon, session, id, params.timeout_ms, exchange)) };
};

/** Interrupts what runs, or begins to, unless that is this prompt by then. */
async function interruptOther(daemon: Daemon, session: Session, prompt: string): Promise<void> {
  await untilBegun(daemon, session);
  if (session.turn?.promptId !== prompt) await interruptTurn(daemon, session);
}

/** Releases held prompts, and starts the agent. @throws what kept it from starting. */
async function release(daemon: Daemon, session: Session): Promise<void> {
  const { name } = session.definition;
  if (session.held) daemon.ledger.commit([{ kind: 'held', session: name, held: false }]);
  daemon.workerOf(session).want();
  await requireStart(daemon, session);
}

/** Waits for an agent that is being started. @throws what keeps it from starting; its prompts are held then. */
async function requireStart(daemon: Daemon, session: Session): Promise<void> {
  const { admission } = daemon.workerOf(session);
  const isKnown = () =>
    session.launch?.pane != null || session.held || admission.isAsking || !isThere(daemon, session);
  await daemon.ledger.until(isKnown, ACKNOWLEDGEMENT);
  throwIfNotStarted(daemon, session);
}

function throwIfNotStarted(daemon: Daemon, session: Session): void {
  const { startFailure } = daemon.workerOf(session);
  if (session.held && !session.launch && startFailure) throw startFailure;
}

/** The environment of who asks, for the hooks of this prompt's turn. @throws Failure when the settings are broken */
export function keepForHooks(
  daemon: Daemon,
  { definition }: Session,
  prompt: string,
  env: Record<string, string> | undefined,
): void {
  if (!env || definition.main) return;
  if (hookFor(daemon, definition.repo, 'before-run') || hookFor(daemon, definition.repo, 'after-run'))
    keepPromptEnvironment(daemon, prompt, env);
}

function requireSlash(daemon: Daemon, session: Session, prompt: string | null): void {
  const { name } = session.definition;
  if (!prompt?.startsWith('/') || prompt.includes('\n'))
    throw new Failure(EXIT.usage, '--slash takes one of the agent’s own commands, beginning with /');
  if (session.status !== 'idle' || session.queue.length > 0 || isBlocked(daemon, session))
    throw new Failure(
      EXIT.refused,
      `${name} is not idle: a slash command is typed only then`,
      `actor wait ${name}`,
    );
}

/**
 * Whether the agent took the prompt, for as long as that can be waited for; a prompt that must wait anyway is not waited for.
 * @throws Failure (exit 3) when the session was discarded before
 */
export async function acknowledgement(
  daemon: Daemon,
  session: Session,
  id: string,
  before: number,
  { notice }: Pick<Exchange, 'notice'>,
): Promise<{ state: 'submitted' | 'queued'; ahead: number }> {
  if (before > 0) return { state: 'queued', ahead: before };
  // Nothing tells that one of the agent's own commands was taken, but that it does not wait any more.
  const isSlash = session.queue.some(prompt => prompt.id === id && prompt.slash);
  const isWaiting = () => session.queue.some(prompt => prompt.id === id);
  const isFutile = () => session.status === 'waiting' || isBlocked(daemon, session) || session.held;
  await daemon.ledger.until(() => !isWaiting() || isFutile() || !isThere(daemon, session), ACKNOWLEDGEMENT);
  if (isWaiting()) await requireKept(daemon, session, notice);
  const isTaken = !isWaiting() && (isSlash || isTurn(daemon, session, id));
  return { state: isTaken ? 'submitted' : 'queued', ahead: 0 };
}

/** Did this prompt become a turn? One that was dropped or refused did not. */
function isTurn({ ledger }: Daemon, { turn, last }: Session, id: string): boolean {
  const isRefused = last?.refusedAfter !== undefined && last.prompts.includes(id);
  return turn?.promptId === id || turn?.joined.includes(id) || (ledger.world.ends.has(id) && !isRefused);
}

/**
 * Waits for the turn of this prompt; says once that a person is needed.
 * @throws Failure when there will be none: the agent does not start, or the session was discarded (exit 3)
 */
export async function turnOf(
  daemon: Daemon,
  session: Session,
  id: string,
  timeoutMs: number | null,
  exchange: Pick<Exchange, 'signal' | 'notice'>,
): Promise<TurnResult> {
  const { name } = session.definition;
  let saidWaiting = false;
  let saidHeld = false;
  const { world } = daemon.ledger;
  const isOver = () => {
    if (!isThere(daemon, session) || world.ends.has(id)) return true;
    if (session.status === 'waiting' && !saidWaiting) {
      saidWaiting = true;
      exchange.notice(`${name} waits for a person: ${session.waitingFor} (actor attach ${name})`);
    }
    const isPending = session.queue.some(prompt => prompt.id === id);
    const holds = session.held ? 'its prompts are held' : isBlocked(daemon, session) ? 'held: draft' : null;
    if (isPending && holds && session.launch && !saidHeld) {
      saidHeld = true;
      exchange.notice(`${name}: ${holds} (actor attach ${name})`);
    }
    if (isPending && isAbandoned(session)) return true;
    return !isPending && session.turn?.promptId !== id && !session.turn?.joined.includes(id);
  };
  const isDone = await daemon.ledger.until(isOver, timeoutMs, exchange.signal);
  if (!isDone)
    throw new Failure(
      EXIT.timedOut,
      `${name} has not finished in time; its turn goes on`,
      `actor wait ${name}`,
    );
  const end = endOf(daemon, session, id);
  if (end) return end;
  await requireKept(daemon, session, exchange.notice);
  if (isAbandoned(session) && session.queue.some(prompt => prompt.id === id))
    throw (
      daemon.workerOf(session).startFailure ??
      new Failure(EXIT.incomplete, `the agent of ${name} is gone; the prompt is held`, `actor run ${name}`)
    );
  return { outcome: null, reason: 'dropped', message: null, duration_ms: null };
}

/** How a prompt ended; null: it did not, or nobody remembers. Others may have ended since, in the same batch or while no daemon lived. */
function endOf({ ledger, journal }: Daemon, { last }: Session, id: string): TurnResult | null {
  if (last?.prompts.includes(id))
    return {
      outcome: last.outcome,
      reason: last.reason,
      message: last.message,
      duration_ms: last.durationMs,
    };
  const end = ledger.world.ends.get(id);
  if (end === undefined) return null;
  const [event] = journal.events(end - 1);
  if (event?.id !== end) return null;
  const { outcome, reason, message, duration_ms } = event;
  return { outcome: outcome ?? 'lost', reason, message, duration_ms };
}

/** Held, without an agent: nothing will come of what waits until somebody runs it. */
function isAbandoned(session: Session): boolean {
  return session.held && !session.launch;
}
