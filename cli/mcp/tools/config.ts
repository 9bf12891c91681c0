/** The tool `config`: what a session is configured with. */
import { configLines, restartLine } from '../../texts/settings.js';
import { inputOf, SESSION_NAME, values } from '../schema.js';
import type { Tool } from '../tool.js';

export const config: Tool = {
  name: 'config',
  description:
    "What a session's agent is configured with, and where each value came from; with changes, after them. They count from " +
    "the agent's next start.",
  kind: 'acts',
  input: inputOf({ name: SESSION_NAME, changes: values('Values to set; null removes a key') }, ['name']),
  async call(args, caller) {
    const changes = args.values('changes');
    const { name, entries, running } = await caller.ask('config', { name: args.required('name'), changes });
    if (Object.keys(changes).length > 0 && running) caller.notice(restartLine(name));
    const lines = configLines(entries, null);
    return {
      content: { name, entries, running },
      lines: entries.length > 0 ? lines : [`nothing is configured for ${name}`],
    };
  },
};
