/** `actor queue`: the prompts that wait for a session. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { renderTable } from '../client/table.js';
import { oneLine, visible } from '../client/width.js';
import { EXIT, type ExitCode, type QueuedPrompt } from '../protocol.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const [name = ''] = input.positionals;
  const cancel = input.value('cancel');
  const clear = input.flag('clear');
  if (cancel !== null && clear) throw new UsageFailure('--cancel and --clear exclude each other');
  const { waiting, dropped } = await call('queue', { name, cancel, clear });
  const drops = cancel !== null || clear;
  const shown = drops ? dropped : waiting;
  if (input.flag('json'))
    io.json(shown.map(({ id, prompt, queued_at, held }) => ({ id, prompt, queued_at, held })));
  else if (drops) io.lines(shown.length > 0 ? ['dropped:', ...promptLines(shown)] : []);
  else
    io.lines(
      renderTable(
        shown.map(({ id, prompt, held }) => [
          { text: id },
          { text: held ? 'held' : '' },
          { text: oneLine(prompt) },
        ]),
        io.width,
      ),
    );
  if (shown.length === 0 && !input.flag('json')) io.note(`nothing waits for ${name}`);
  return EXIT.done;
}

/** Dropped prompts whole, since this is the last that is seen of them: the id, then the text, indented. */
export function promptLines(prompts: readonly QueuedPrompt[]): string[] {
  return prompts.map(({ id, prompt }) => `${id}  ${visible(prompt).trimEnd().replaceAll('\n', '\n    ')}`);
}
