/**
 * `$ACTOR_HOME/inbox/`: one small file an event, dropped by the agents' hooks and by tmux hooks, whether a daemon lives or
 * not. Read in the order of their times; deleted only after what they say stands in the journal.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** A larger file is no event of ours. */
const SIZE_LIMIT = 32 * 1024 * 1024;

export interface AgentMessage {
  kind: 'agent';
  file: string;
  /** The file's modification time, milliseconds since the epoch. */
  at: number;
  launch: string;
  session: string;
  event: string;
  payload: unknown;
}

export interface TmuxMessage {
  kind: 'tmux';
  file: string;
  at: number;
  event: string;
  pane: string | null;
}

export type InboxMessage = AgentMessage | TmuxMessage;

/**
 * The messages that lie in `folder`, oldest first. Files that are none are moved to `bad/` beside them for diagnosis and
 * told to `complain`; hidden files are half-written ones.
 */
export function readInbox(folder: string, complain: (text: string) => void): InboxMessage[] {
  const files: { name: string; time: bigint; size: number }[] = [];
  for (const name of readdirSync(folder)) {
    if (name.startsWith('.') || !name.endsWith('.json')) continue;
    try {
      const stats = statSync(path.join(folder, name), { bigint: true });
      files.push({ name, time: stats.mtimeNs, size: Number(stats.size) });
    } catch {
      // Gone again: nobody but us deletes here, except a person.
    }
  }
  files.sort((a, b) => (a.time === b.time ? turnOf(a.name) - turnOf(b.name) : a.time < b.time ? -1 : 1));
  const messages: InboxMessage[] = [];
  for (const { name, time, size } of files) {
    const message =
      size > SIZE_LIMIT ? null : parseMessage(path.join(folder, name), name, Number(time / 1000n) / 1000);
    if (message) messages.push(message);
    else {
      complain(`inbox: ${name} is no event; moved to inbox/bad`);
      mkdirSync(path.join(folder, 'bad'), { recursive: true, mode: 0o700 });
      renameSync(path.join(folder, name), path.join(folder, 'bad', name));
    }
  }
  return messages;
}

/**
 * The order of files of the same time: a file's time goes on by ticks of the kernel (4 ms), in which an agent can end a turn
 * and begin the next one. Who wrote later has the higher process id, but for the moment in which those begin anew.
 */
function turnOf(name: string): number {
  return Number(/-(\d+)x*\.json$/.exec(name)?.[1] ?? 0);
}

/** Its consequences are on record. */
export function removeMessage(folder: string, file: string): void {
  rmSync(path.join(folder, file), { force: true });
}

/** First line: who and what, as JSON; the rest: the hook's own payload, untouched (JSON as a rule). */
function parseMessage(file: string, name: string, at: number): InboxMessage | null {
  try {
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const head = JSON.parse(end < 0 ? text : text.slice(0, end)) as Record<string, unknown>;
    const event = head.event;
    if (typeof event !== 'string') return null;
    if (head.kind === 'tmux')
      return {
        kind: 'tmux',
        file: name,
        at,
        event,
        pane: typeof head.pane === 'string' ? head.pane : null,
      };
    const { launch, session } = head;
    if (head.kind !== 'agent' || typeof launch !== 'string' || typeof session !== 'string') return null;
    return {
      kind: 'agent',
      file: name,
      at,
      launch,
      session,
      event,
      payload: payloadOf(head, end < 0 ? '' : text.slice(end + 1)),
    };
  } catch {
    return null;
  }
}

/** `text`: it is no JSON, whatever it looks like. `field`: what is meant is this field of it. */
function payloadOf({ text, field }: Record<string, unknown>, payload: string): unknown {
  if (text === true) return payload;
  const parsed = parsePayload(payload);
  if (typeof field !== 'string') return parsed;
  const isObject = typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, field);
  return isObject ? (parsed as Record<string, unknown>)[field] : null;
}

/** A payload that is no JSON (truncated, say) is still an event: it is handed on as text. */
function parsePayload(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
