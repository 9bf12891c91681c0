/** `actor completion`: the script by which a shell asks `actor complete` at each Tab. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Context } from '../client/context.js';
import { distFolder } from '../client/dist.js';
import { UsageFailure } from '../client/errors.js';
import type { Input } from '../client/input.js';
import { EXIT, type ExitCode } from '../protocol.js';

export async function run(input: Input, { io, env }: Context): Promise<ExitCode> {
  const choices = input.command.positionals[0]?.choices ?? [];
  const shell = input.positionals[0] ?? basename(env.SHELL ?? '');
  if (!choices.includes(shell))
    throw new UsageFailure(
      `which shell? SHELL names ${env.SHELL ? `${env.SHELL}, which is none of ${choices.join(' ')}` : 'none'}`,
      'actor completion bash',
    );
  const script = await readFile(join(distFolder(), '..', 'templates', `completion.${shell}`), 'utf8');
  io.lines(script.trimEnd().split('\n'));
  return EXIT.done;
}
