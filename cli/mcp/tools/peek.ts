/** The tool `peek`: the screen of a session's window. */
import { visible } from '../../client/width.js';
import { inputOf, SESSION_NAME } from '../schema.js';
import type { Tool } from '../tool.js';

export const peek: Tool = {
  name: 'peek',
  description:
    "The screen of a session's window as text: for what show does not tell, as a dialog that waits for a person.",
  kind: 'looks',
  input: inputOf({ name: SESSION_NAME }, ['name']),
  async call(args, caller) {
    const name = args.required('name');
    const { screen } = await caller.ask('peek', { name });
    return { content: { name, screen }, lines: [visible(screen).trimEnd() || 'the screen is empty'] };
  },
};
