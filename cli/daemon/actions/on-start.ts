/** `on-start`: the user's hook prepares a new worktree, or forbids it. */
import { existsSync } from 'node:fs';
import type { Definition } from '../../domain/definition.js';
import { Failure } from '../../domain/failure.js';
import { EXIT } from '../../protocol.js';
import type { Daemon } from '../context.js';
import { ownEnvironment } from '../environment.js';
import { hookFor } from '../settings.js';
import type { Exchange } from '../socket.js';

/** Runs the hook, if there is one, in the worktree of a session that is being made. @throws Failure when it says no */
export async function requireOnStart(
  daemon: Daemon,
  definition: Definition,
  { request: { params, caller }, notice, signal }: Exchange<'new'>,
): Promise<void> {
  const hook = hookFor(daemon, definition.repo, 'on-start');
  if (!hook) return;
  const { name, dir } = definition;
  const answer = await daemon.hooks.call({
    name: 'on-start',
    hook,
    definition,
    env: caller.env ?? ownEnvironment(),
    question: params.key,
    notice,
    signal,
  });
  if (!answer.isYes) throw new Failure(EXIT.failed, `${name} was not created: ${answer.text}`);
  if (!existsSync(dir))
    throw new Failure(EXIT.failed, `${name} was not created: the on-start hook removed its worktree`);
}
