/** What a record that is no event changes of its session. */
import type { JournalRecord } from '../record.js';
import type { Prompt, Session } from '../world.js';
import { enter, markPrompt, takePrompt } from './change.js';

type SessionRecord = Extract<JournalRecord, { session: string }>;

/** Changes this session by one record. */
export function applyToSession(session: Session, record: SessionRecord): void {
  switch (record.kind) {
    case 'prompt': {
      const prompt: Prompt = {
        id: record.id,
        text: record.text,
        queuedAt: record.time,
        slash: record.slash,
        state: 'queued',
        sentAt: null,
        buffer: null,
      };
      if (record.first) session.queue.splice(session.queue.findLastIndex(isUnderWay) + 1, 0, prompt);
      else session.queue.push(prompt);
      return;
    }
    case 'prompt-dropped':
      session.queue = session.queue.filter(prompt => prompt.id !== record.id);
      return;
    case 'held':
      session.held = record.held;
      return;
    case 'launching':
      session.launch = {
        id: record.launch,
        window: null,
        pane: null,
        pid: null,
        startedAt: record.time,
        ready: false,
        transcript: null,
      };
      session.cursors = {};
      session.endSource = null;
      session.ending = false;
      session.stopping = false;
      markPrompt(session, record.prompt, 'launched', record.time);
      enter(session, 'starting', record.time, record.resume ? 'a resume' : 'a start');
      return;
    case 'launched':
      if (session.launch?.id === record.launch) {
        session.launch.window = record.window;
        session.launch.pane = record.pane;
        session.launch.pid = record.pid;
      }
      return;
    case 'launch-failed':
      if (session.launch?.id === record.launch) {
        session.launch = null;
        for (const prompt of session.queue)
          if (prompt.state !== 'queued') markPrompt(session, prompt.id, 'queued', null);
        enter(session, session.turns === 0 ? 'created' : 'ended', record.time, 'a start that failed');
      }
      return;
    case 'ready':
      if (session.launch) session.launch.ready = true;
      if (session.turn) return;
      enter(session, 'idle', record.time, record.by);
      return;
    case 'sending':
      markPrompt(session, record.prompt, 'sending', record.time, record.buffer);
      return;
    case 'unsent':
      markPrompt(session, record.prompt, 'queued', null);
      return;
    case 'joined':
      takePrompt(session, record.prompt);
      session.turn?.joined.push(record.prompt);
      return;
    case 'resumed':
      session.unread = false;
      enter(
        session,
        session.turn ? 'working' : session.launch?.ready ? 'idle' : 'starting',
        record.time,
        record.by,
      );
      return;
    case 'conversation':
      session.definition = { ...session.definition, conversation: record.id };
      if (session.launch && record.transcript) session.launch.transcript = record.transcript;
      return;
    case 'seen':
      session.unread = false;
      return;
    case 'stopping':
      session.stopping = true;
      return;
    case 'ending':
      session.ending = true;
      return;
  }
}

/** No time of this session is later than `latest` after this: else all that happens now would count as past. */
export function setBack(session: Session, latest: number): void {
  const { launch, turn, last, queue } = session;
  session.statusSince = Math.min(session.statusSince, latest);
  if (launch) launch.startedAt = Math.min(launch.startedAt, latest);
  if (turn) turn.startedAt = Math.min(turn.startedAt, latest);
  if (last) last.endedAt = Math.min(last.endedAt, latest);
  if (last?.refusedAfter !== undefined) last.refusedAfter = Math.min(last.refusedAfter, latest);
  for (const prompt of queue) {
    prompt.queuedAt = Math.min(prompt.queuedAt, latest);
    if (prompt.sentAt !== null) prompt.sentAt = Math.min(prompt.sentAt, latest);
  }
}

function isUnderWay(prompt: Prompt): boolean {
  return prompt.state !== 'queued';
}
