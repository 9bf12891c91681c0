/**
 * Named points at which a test lets the daemon die (`ACTOR_FAULT=after-sending`), the hardest way there is. In normal life
 * they do nothing.
 */
export type FaultPoint =
  | 'after-queued'
  | 'after-launching'
  | 'after-window'
  | 'after-load'
  | 'after-sending'
  | 'after-paste'
  | 'after-inbox-record'
  | 'after-completed'
  | 'after-mail-draft'
  | 'after-offered'
  | 'after-handed'
  | 'after-enqueued'
  | 'after-ending'
  | 'after-set-aside'
  | 'after-removed'
  | 'after-discarded'
  | 'after-furnished'
  | 'after-worktree';

const armed = process.env.ACTOR_FAULT;

/** Dies here, if the test wants that. */
export function point(name: FaultPoint): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}
