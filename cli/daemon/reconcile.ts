/**
 * The start of a daemon: finds out what happened while none lived. The order matters: first whose agents still live, then
 * what agents said (inbox, transcripts), then what became of acts that were under way, and only then who is gone.
 */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { listPanes } from '../../tmux/panes.js';
import { settleSending } from './acts/send.js';
import type { Daemon } from './context.js';
import { readDefinitions, watchDefinitions } from './definitions.js';
import { forgetPromptEnvironments } from './environment.js';
import type { Inputs } from './inputs/inputs.js';
import { sweepPanes } from './inputs/panes.js';
import type { Post } from './post/post.js';
import { recoverCheckouts } from './recover-checkouts.js';

/** Ends with everything known and everything watched; nothing is done for any session before. Throws what keeps a daemon from living. */
export async function reconcile(daemon: Daemon, inputs: Inputs, post: Post): Promise<void> {
  readDefinitions(daemon);
  forgetPromptEnvironments(daemon);
  // Before worktrees are taken back: a hook may be at work in one.
  await daemon.hooks.recover();
  await recoverCheckouts(daemon);
  await settleLaunches(daemon);
  const { sessions } = daemon.ledger.world;
  for (const session of sessions.values()) if (session.launch) daemon.workerOf(session).adopt();
  inputs.start();
  watchDefinitions(daemon);
  inputs.drain();
  post.recover();
  await settleSending(daemon).catch(error => daemon.log('prompts under way', error));
  await sweepPanes(daemon).catch(error => daemon.log('panes', error));
  removeOldLaunches(daemon);
  daemon.isReconciled = true;
  for (const session of sessions.values()) daemon.workerOf(session).poke();
  post.poke();
}

/** A launch that was under way: its window carries its id, or there is none and it did not happen. */
async function settleLaunches(daemon: Daemon): Promise<void> {
  const open = [...daemon.ledger.world.sessions.values()].filter(
    session => session.launch && !session.launch.pane,
  );
  if (open.length === 0) return;
  const panes = (await listPanes(daemon.tmux)) ?? [];
  for (const session of open) {
    const { launch } = session;
    if (!launch) continue;
    const { name } = session.definition;
    const found = panes.find(pane => pane.launch === launch.id);
    daemon.ledger.commit([
      found
        ? {
            kind: 'launched',
            session: name,
            launch: launch.id,
            window: found.window,
            pane: found.pane,
            pid: found.pid,
          }
        : { kind: 'launch-failed', session: name, launch: launch.id },
    ]);
  }
}

/** The folders of launches that are over. */
function removeOldLaunches(daemon: Daemon): void {
  const live = new Set(
    [...daemon.ledger.world.sessions.values()].flatMap(({ launch }) => (launch ? [launch.id] : [])),
  );
  for (const name of readdirSync(daemon.places.run))
    if (/^[0-9a-f]{10}$/.test(name) && !live.has(name))
      rmSync(path.join(daemon.places.run, name), { recursive: true, force: true });
}
