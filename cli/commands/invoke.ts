/** One command from its words to its exit code: parse, load its module, run it, tell what went wrong. */

import { VERSION } from '../build.js';
import type { Command } from '../client/command.js';
import { Context, type Environment } from '../client/context.js';
import { importFromDist } from '../client/dist.js';
import { describeError, UsageFailure } from '../client/errors.js';
import { Io, ReaderGone, type Streams } from '../client/io.js';
import { parse } from '../client/parse.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { CATALOG } from './catalog.js';

/** Runs what `argv` (without node and script) says. null: the process ends by itself. */
export async function invoke(
  argv: readonly string[],
  streams: Streams,
  env: Environment,
): Promise<ExitCode | null> {
  let io = new Io(streams, env, true);
  try {
    const parsed = await parse(argv, CATALOG);
    switch (parsed.do) {
      case 'version':
        io.line(`actor ${VERSION}`);
        return EXIT.done;
      case 'help':
        return await help(io, parsed.command);
      case 'run': {
        io = new Io(streams, env, parsed.noColor);
        const module = await parsed.command.load();
        return await module.run(parsed.input, new Context(io, env)).catch(error => {
          if (error instanceof UsageFailure) error.command ??= parsed.command;
          throw error;
        });
      }
    }
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.done;
    const { text, code } = describeError(error, env.ACTOR_DEBUG === '1');
    io.error(text);
    return code;
  } finally {
    await streams.flush();
  }
}

async function help(io: Io, command: Command | null): Promise<ExitCode> {
  // A bundle of its own, since all of yargs is in it.
  const { helpText } = (await importFromDist('help.mjs')) as typeof import('../client/help.js');
  io.line(await helpText(CATALOG, command, io.width));
  return EXIT.done;
}
