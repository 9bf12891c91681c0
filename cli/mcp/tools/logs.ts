/** The tool `logs`: the conversation with a session. */
import { entryLines } from '../../texts/logs.js';
import { inputOf, SESSION_NAME } from '../schema.js';
import type { Tool } from '../tool.js';

/** A whole conversation may be more than the agent that asks can hold. */
const COUNT = 20;

export const logs: Tool = {
  name: 'logs',
  description: 'The conversation with a session: prompts, messages, and how each turn ended.',
  kind: 'looks',
  input: inputOf(
    {
      name: SESSION_NAME,
      count: {
        type: 'integer',
        minimum: 0,
        default: COUNT,
        description: 'Only the last so many entries; 0: all',
      },
    },
    ['name'],
  ),
  async call(args, caller) {
    const name = args.required('name');
    const entries = await caller.ask('logs', { name, count: args.count('count') || null, follow: false });
    const lines = entries.flatMap(entry => entryLines(entry, Date.now()));
    return { content: { entries }, lines: entries.length > 0 ? lines : [`${name} has said nothing yet`] };
  },
};
