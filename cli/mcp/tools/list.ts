/** The tool `list`: all sessions. */
import { STATUSES, type Status } from '../../protocol.js';
import { listLines } from '../../texts/list.js';
import { inputOf } from '../schema.js';
import type { Tool } from '../tool.js';

/** Columns: the last message of a session may be long, and there may be a hundred of them. */
const WIDTH = 160;

export const list: Tool = {
  name: 'list',
  description:
    'All sessions with status, branch, changes, queue and purpose. Look here before new: a session may have that ' +
    'responsibility already. Not for waiting: completions arrive by themselves.',
  kind: 'looks',
  input: inputOf({ status: { type: 'string', enum: STATUSES, description: 'Only those with this status' } }),
  async call(args, caller) {
    const status = args.text('status') as Status | null;
    const sessions = await caller.ask('list', { status });
    const none = status === null ? 'no sessions' : `no session is ${status}`;
    const lines = listLines(sessions, { color: false, ascii: false, width: WIDTH }, Date.now());
    return { content: { sessions }, lines: sessions.length > 0 ? lines : [none] };
  },
};
