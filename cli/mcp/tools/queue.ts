/** The tool `queue`: the prompts that wait for a session. */
import { checkQueueOptions } from '../../client/rules.js';
import { promptLines, queueLines } from '../../texts/prompts.js';
import { flag, inputOf, SESSION_NAME, text } from '../schema.js';
import type { Tool } from '../tool.js';

export const queue: Tool = {
  name: 'queue',
  description:
    'The prompts that wait for a session, each with its id; with cancel or clear, those that it drops.',
  kind: 'ends',
  input: inputOf(
    { name: SESSION_NAME, cancel: text('Drop the prompt with this id'), clear: flag('Drop all of them') },
    ['name'],
  ),
  async call(args, caller) {
    const name = args.required('name');
    const cancel = args.text('cancel');
    const clear = args.flag('clear');
    checkQueueOptions({ cancel, clear }, option => option);
    const { waiting, dropped } = await caller.ask('queue', { name, cancel, clear });
    const drops = cancel !== null || clear;
    const prompts = (drops ? dropped : waiting).map(({ id, prompt, queued_at, held }) => ({
      id,
      prompt,
      queued_at,
      held,
    }));
    // Dropped ones whole: nobody keeps them any more.
    const lines = drops ? ['dropped:', ...promptLines(prompts)] : queueLines(prompts, 160);
    return {
      content: drops ? { dropped: prompts } : { prompts },
      lines: prompts.length > 0 ? lines : [`nothing waits for ${name}`],
    };
  },
};
