/** `actor down`: end agents cleanly; without names also the tmux server and the daemon. */
import { untilGone } from '../client/connect.js';
import type { Context } from '../client/context.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io } = context;
  const names = [...input.positionals];
  // Without a daemon there may still be agents (it may have been killed), so one is started to end them.
  const daemon = names.length === 0 ? await context.call('status', {}) : null;
  const { ended, all } = await context.call('down', { names });
  if (all) await untilGone(context.home, daemon?.pid ?? null);
  if (input.flag('json')) io.json({ ended, all });
  else if (ended.length > 0) io.line(`ended ${ended.join(', ')}`);
  else io.note('no agent was running');
  return EXIT.done;
}
