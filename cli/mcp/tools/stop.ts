/** The tool `stop`: interrupt the running turn of sessions. */
import { stopLines } from '../../texts/stop.js';
import { flag, inputOf, SESSION_NAMES } from '../schema.js';
import type { Tool } from '../tool.js';

export const stop: Tool = {
  name: 'stop',
  description:
    'Interrupt the running turn of sessions, when they are on a wrong way. The agents stay; queued prompts are held until ' +
    'the next run. Returns for each whether it was stopped.',
  kind: 'ends',
  input: inputOf({ names: SESSION_NAMES, clear: flag('Drop their queued prompts, which are returned') }, [
    'names',
  ]),
  async call(args, caller) {
    const results = await caller.ask('stop', { names: args.names('names'), clear: args.flag('clear') });
    const stopped = results.map(({ name, stopped: was, dropped }) => ({ name, stopped: was, dropped }));
    return { content: { stopped }, lines: results.flatMap(stopLines) };
  },
};
