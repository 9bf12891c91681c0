/** `actor peek`: the screen of a session's window as text. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';

export async function run(input: Input, { io, call }: Context): Promise<ExitCode> {
  const [name = ''] = input.positionals;
  const { screen } = await call('peek', { name });
  if (input.flag('json')) io.json({ name, screen });
  else io.foreign(screen.replace(/\s+$/, ''));
  return EXIT.done;
}
