/** `actor stop`: interrupt the current turn of sessions. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { promptLines } from './queue.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const results = await call('stop', { names: [...input.positionals], clear: input.flag('clear') });
  if (input.flag('json')) {
    io.json(results.map(({ name, stopped, dropped }) => ({ name, stopped, dropped })));
    return EXIT.done;
  }
  for (const { name, stopped, dropped } of results) {
    io.line(stopped ? `stopped ${name}` : `${name} was not working`);
    if (dropped.length > 0) io.lines([`dropped of ${name}:`, ...promptLines(dropped)]);
  }
  return EXIT.done;
}
