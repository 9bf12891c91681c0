/** `actor queue`: the prompts that wait for a session. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { checkQueueOptions } from '../client/rules.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { promptLines, queueLines } from '../texts/prompts.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const [name = ''] = input.positionals;
  const cancel = input.value('cancel');
  const clear = input.flag('clear');
  checkQueueOptions({ cancel, clear }, option => `--${option}`);
  const { waiting, dropped } = await call('queue', { name, cancel, clear });
  const drops = cancel !== null || clear;
  const shown = drops ? dropped : waiting;
  if (input.flag('json'))
    io.json(shown.map(({ id, prompt, queued_at, held }) => ({ id, prompt, queued_at, held })));
  else if (drops) io.lines(shown.length > 0 ? ['dropped:', ...promptLines(shown)] : []);
  else io.lines(queueLines(shown, io.width));
  if (shown.length === 0 && !input.flag('json')) io.note(`nothing waits for ${name}`);
  return EXIT.done;
}
