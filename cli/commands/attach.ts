/** `actor attach`: put this terminal on a session. */
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import type { ExitCode } from '../protocol.js';
import { attachTerminal, requireTerminal } from './terminal.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const [name = null] = input.positionals;
  requireTerminal(context.io, name === null ? 'actor list' : `actor peek ${name}`);
  return attachTerminal(await context.call('attach', { name }), context);
}
