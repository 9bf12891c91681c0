/** `actor stop`: interrupt the current turn of sessions. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { stopLines } from '../texts/stop.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const results = await call('stop', { names: [...input.positionals], clear: input.flag('clear') });
  if (input.flag('json')) io.json(results.map(({ name, stopped, dropped }) => ({ name, stopped, dropped })));
  else io.lines(results.flatMap(stopLines));
  return EXIT.done;
}
