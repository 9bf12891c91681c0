/** The turns in a transcript: entry after entry → what it shows. Keeps what the end of a turn needs; no I/O. */
import type { Sighting } from '../../domain/observation.js';
import { deliveryTokens } from '../delivered.js';
import { asArray, asNumber, asRecord, asString, type JsonRecord } from '../json.js';
import { withRunning } from './background.js';
import { failureReason } from './failure.js';
import { isOwnPrompt, unwrap } from './text.js';

const INTERRUPTED = '[Request interrupted by user';
const STOP_FEEDBACK = 'Stop hook feedback:\n';
/** What claude writes of commands typed into it: `/clear`, `!ls`. */
const COMMAND_ECHO = /^<(?:command-name|command-message|local-command-|bash-(?:input|stdout|stderr))/;

interface OpenTurn {
  /** Claude's id of the prompt; null when the turn began before the place where reading began. */
  prompt: string | null;
  /** Text of the newest message of the model, and its id: its blocks are lines of their own. */
  message: string | null;
  messageId: string | null;
}

/** A reader that is given the parsed lines of one transcript in order. */
export function turnReader(): (entry: JsonRecord) => Sighting[] {
  let turn: OpenTurn | null = null;
  /** Has the last turn's answer ended, with sub-agents still at work? Then the next prompt belongs to it. */
  let awaitingAgents = false;
  const pendingTools = new Set<string>();
  const commandsByTool = new Map<string, string>();
  const runningCommands = new Map<string, string>();

  const begin = (prompt: string | null): OpenTurn => {
    pendingTools.clear();
    turn = { prompt, message: null, messageId: null };
    return turn;
  };
  const end = (outcome: 'completed' | 'failed' | 'stopped', more: Partial<Ending> = {}): Sighting => {
    const message = more.message ?? turn?.message ?? null;
    const whole = outcome === 'completed' ? withRunning(message, [...runningCommands.values()]) : message;
    turn = null;
    awaitingAgents = false;
    const durationMs = more.durationMs ?? null;
    return { type: 'turn-ended', outcome, reason: more.reason ?? null, message: whole, durationMs };
  };

  function user(entry: JsonRecord): Sighting[] {
    const { text, results } = userContent(entry);
    if (results.length > 0) return toolsReturned(results, entry);
    if (text.startsWith(INTERRUPTED)) return [end('stopped')];
    if (text.startsWith(STOP_FEEDBACK) && entry.isMeta === true) {
      const ended = end('completed');
      begin(asString(entry.promptId));
      return [
        ended,
        { type: 'turn-began', prompt: text.slice(STOP_FEEDBACK.length), own: true },
        ...seen(text),
      ];
    }
    const origin = asString(asRecord(entry.origin).kind);
    if (
      entry.isCompactSummary === true ||
      (origin === null && (entry.isMeta === true || COMMAND_ECHO.test(text)))
    )
      return [];
    return promptTaken(text, origin, asString(entry.promptId));
  }

  /**
   * A prompt that joins a running turn comes as an attachment. So one that comes as a line while a turn is open takes the
   * place of a prompt that was taken back, by an Esc before any output; only sub-agents report into an open turn.
   */
  function promptTaken(text: string, origin: string | null, prompt: string | null): Sighting[] {
    forgetFinishedTask(text);
    const joins = turn !== null && (awaitingAgents || turn.prompt === prompt);
    const before = !joins && turn?.prompt ? [end('stopped')] : [];
    if (!joins) begin(prompt);
    awaitingAgents = false;
    const own = (origin !== null && origin !== 'human') || isOwnPrompt(text);
    return [...before, { type: 'turn-began', prompt: unwrap(text), ...(own ? { own } : {}) }, ...seen(text)];
  }

  function toolsReturned(results: JsonRecord[], entry: JsonRecord): Sighting[] {
    const task = asString(asRecord(entry.toolUseResult).backgroundTaskId);
    for (const result of results) {
      const tool = asString(result.tool_use_id) ?? '';
      pendingTools.delete(tool);
      if (task) runningCommands.set(task, commandsByTool.get(tool) ?? task);
      commandsByTool.delete(tool);
    }
    // While another tool of the same message has not returned, it may still wait for a person.
    return pendingTools.size === 0 ? [{ type: 'resumed' }] : [];
  }

  function assistant(entry: JsonRecord): Sighting[] {
    const message = asRecord(entry.message);
    const blocks = asArray(message.content).map(asRecord);
    const text = blocks
      .filter(block => block.type === 'text')
      .map(block => asString(block.text) ?? '')
      .join('\n');
    if (entry.isApiErrorMessage === true)
      return [end('failed', { reason: failureReason(asString(entry.error), text), message: text })];
    // A turn that began before this reader's offset.
    const open = turn ?? begin(null);
    const id = asString(message.id);
    if (text !== '') {
      open.message = id !== null && id === open.messageId && open.message ? `${open.message}\n${text}` : text;
      open.messageId = id;
    }
    for (const block of blocks.filter(each => each.type === 'tool_use')) {
      const tool = asString(block.id) ?? '';
      pendingTools.add(tool);
      const command = asString(asRecord(block.input).command);
      if (command) commandsByTool.set(tool, command);
    }
    return [];
  }

  function system(entry: JsonRecord): Sighting[] {
    if (entry.subtype !== 'turn_duration') return [];
    awaitingAgents =
      (asNumber(entry.pendingBackgroundAgentCount) ?? 0) + (asNumber(entry.pendingWorkflowCount) ?? 0) > 0;
    return awaitingAgents ? [] : [end('completed', { durationMs: asNumber(entry.durationMs) })];
  }

  /** `queued_command`: what joined a running turn. The other kinds may carry events that a hook handed in. */
  function attachment(entry: JsonRecord): Sighting[] {
    const inner = asRecord(entry.attachment);
    if (inner.type === 'queued_command') {
      const prompt = asString(inner.prompt) ?? '';
      forgetFinishedTask(prompt);
      const own = asString(asRecord(inner.origin).kind) !== 'human' || isOwnPrompt(prompt);
      return [{ type: 'turn-began', prompt: unwrap(prompt), ...(own ? { own } : {}) }, ...seen(prompt)];
    }
    if (inner.type !== 'hook_additional_context') return [];
    return seen(asArray(inner.content).join('\n'));
  }

  function forgetFinishedTask(prompt: string): void {
    const task = /^\s*<task-notification>[\s\S]*?<task-id>([^<]*)<\/task-id>/.exec(prompt)?.[1];
    if (task) runningCommands.delete(task);
  }

  return entry => {
    // Sub-agents write elsewhere; older versions marked their lines in this file.
    if (entry.isSidechain === true) return [];
    switch (entry.type) {
      case 'user':
        return user(entry);
      case 'assistant':
        return assistant(entry);
      case 'system':
        return system(entry);
      case 'attachment':
        return attachment(entry);
      case 'queue-operation':
        return entry.operation === 'enqueue' ? accepted(asString(entry.content) ?? '') : [];
      default:
        return [];
    }
  };
}

interface Ending {
  reason: string;
  message: string;
  durationMs: number | null;
}

function userContent(entry: JsonRecord): { text: string; results: JsonRecord[] } {
  const content = asRecord(entry.message).content;
  if (typeof content === 'string') return { text: content, results: [] };
  const blocks = asArray(content).map(asRecord);
  return {
    text: blocks
      .filter(block => block.type === 'text')
      .map(block => asString(block.text) ?? '')
      .join('\n'),
    results: blocks.filter(block => block.type === 'tool_result'),
  };
}

function seen(text: string): Sighting[] {
  return deliveryTokens(text).map(token => ({ type: 'delivery-seen', token }));
}

function accepted(text: string): Sighting[] {
  return deliveryTokens(text).map(token => ({ type: 'delivery-accepted', token }));
}
