/** `actor claude`, `actor codex`, `actor shell`: start main here, or find it, and put this terminal on it. */
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { isValidName, NAME_RULE, nameFromText } from '../domain/names.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { attachTerminal, requireTerminal } from './terminal.js';

export async function run(input: Input, context: Context): Promise<ExitCode> {
  const { io, call } = context;
  const agent = input.command.name;
  const detach = input.flag('detach');
  const name = input.value('name');
  if (input.flag('json') && !detach) throw new UsageFailure('--json needs --detach');
  if (name !== null && !isValidName(name)) {
    const free = nameFromText(name);
    throw new UsageFailure(
      `${name} is no name for a session: ${NAME_RULE}`,
      free === null ? undefined : `actor --name ${free} ${agent}`,
    );
  }
  if (!detach) requireTerminal(io, `actor --detach ${agent}`);

  const result = await call('main', { agent, args: [...input.positionals], role: input.value('role'), name });
  if (!detach) return attachTerminal(await call('attach', { name: result.name }), context);
  if (input.flag('json')) io.json(result.session);
  else io.line(result.name);
  if (!result.started) io.note(`${result.name} was running already`);
  return EXIT.done;
}
