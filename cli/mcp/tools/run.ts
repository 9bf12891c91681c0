/** The tool `run`: send a prompt to a session. */
import { checkedPrompt } from '../../client/prompt.js';
import { checkRunOptions, checkRunPrompt, requestKey } from '../../client/rules.js';
import { submissionLine } from '../../texts/prompts.js';
import { runNote } from '../completion.js';
import { flag, inputOf, SESSION_NAME } from '../schema.js';
import type { Tool } from '../tool.js';

export const run: Tool = {
  name: 'run',
  description:
    'Give a session its next prompt; one whose agent has ended is started again with its conversation. Returns at once: ' +
    'submitted, or queued with how many are ahead. Its completion arrives by itself as an <actor-event> message: never poll ' +
    'or wait. The session knows its own conversation, nothing of this one.',
  kind: 'acts',
  input: inputOf(
    {
      name: SESSION_NAME,
      prompt: { type: 'string', description: 'What to do; without one, held prompts are let go on' },
      now: flag('Interrupt its running turn, and go before queued prompts'),
      slash: flag("The prompt is a command of the agent's own (/compact): typed once, only if it is idle"),
    },
    ['name'],
  ),
  async call(args, caller) {
    const slash = args.flag('slash');
    const now = args.flag('now');
    checkRunOptions({ slash, now }, option => option);
    const given = args.text('prompt');
    const prompt = given === null ? null : checkedPrompt(given);
    checkRunPrompt({ prompt, slash, now }, option => option);
    const { name, prompt_id, state, ahead } = await caller.ask('run', {
      name: args.required('name'),
      prompt,
      slash,
      now,
      wait: false,
      timeout_ms: null,
      key: requestKey(),
    });
    const note = slash
      ? "a command of the agent's own may end without a completion"
      : runNote(caller.session);
    return {
      content: { name, prompt_id, state, ahead, note },
      lines: [`${name}: ${submissionLine(prompt, state, ahead)}; ${note}`],
    };
  },
};
