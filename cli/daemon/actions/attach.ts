/** `actor attach`: which window, and how a terminal gets there. */
import { bindKeys } from '../../../tmux/bindings.js';
import { attachArgv, moveLookers, placeInside, type Terminal } from '../../../tmux/clients.js';
import { listPanes } from '../../../tmux/panes.js';
import { mainOf } from '../../domain/event.js';
import { Failure } from '../../domain/failure.js';
import type { Session } from '../../domain/world.js';
import { Git } from '../../git/git.js';
import { describeRepository } from '../../git/repository.js';
import { type Caller, EXIT } from '../../protocol.js';
import { launchAgent } from '../acts/launch.js';
import type { Daemon } from '../context.js';
import { keepEnvironment, personEnvironment } from '../environment.js';
import { keysFor } from '../settings.js';
import { type Action, requireSession, requireThere } from './action.js';

export const attach: Action<'attach'> = async (daemon, { request }) => {
  const { params, caller } = request;
  const session = params.name === null ? await mainFor(daemon, caller) : requireSession(daemon, params.name);
  const { name } = session.definition;
  const env = await personEnvironment(daemon, caller, session.definition);
  // Also behind a start that is under way, which has no window yet.
  if (!session.launch?.window) {
    const worker = daemon.workerOf(session);
    await worker.exclusive(async () => {
      requireThere(daemon, session);
      if (!session.launch) keepEnvironment(daemon, name, env);
      await launchAgent(daemon, worker, null);
    });
    worker.poke();
  }
  const window =
    session.launch?.window ?? (await listPanes(daemon.tmux))?.find(pane => pane.name === name)?.window;
  if (!window) throw new Failure(EXIT.failed, `${name} has no window`, `actor show ${name}`);
  await bindKeys(daemon.tmux, keysFor(daemon)).catch(error => daemon.log('keys', error));
  const inside = placeInside(daemon.tmux, caller.env ?? {});
  const main = mainOf(daemon.ledger.world, session.definition)?.definition.name ?? null;
  if (inside === null)
    return { name, main, argv: attachArgv(daemon.tmux, window, terminalOf(caller.env ?? {})) };
  if ((await moveLookers(daemon.tmux, inside, window)).length === 0)
    throw new Failure(EXIT.failed, 'no terminal shows this window', `actor peek ${name}`);
  return { name, main, argv: null };
};

/** What the terminal can show, as far as its environment says. */
function terminalOf(env: Record<string, string>): Terminal {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    ascii: !/utf-?8/i.test(locale),
    plain: Boolean(env.NO_COLOR),
    trueColor: /^(truecolor|24bit)$/.test(env.COLORTERM ?? ''),
    nested: Boolean(env.TMUX),
  };
}

/** The main of the caller's directory, or the only main there is. */
async function mainFor(daemon: Daemon, caller: Caller): Promise<Session> {
  const repository = await describeRepository(new Git(caller.env ?? {}), caller.cwd);
  const { world } = daemon.ledger;
  const own = mainOf(world, {
    repo: repository && !repository.bare ? repository.root : null,
    dir: caller.cwd,
  });
  if (own) return own;
  const mains = [...world.sessions.values()].filter(session => session.definition.main);
  if (mains.length === 1) return mains[0]!;
  throw new Failure(
    EXIT.noSession,
    'there is no main here',
    mains.length === 0 ? 'actor claude' : 'actor list',
  );
}
