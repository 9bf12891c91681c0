/** `actor discard`: ends the agent, forgets the session, removes its worktree, and loses no work. */
import { existsSync } from 'node:fs';
import { Failure } from '../../domain/failure.js';
import type { Session } from '../../domain/world.js';
import { Git } from '../../git/git.js';
import { findLosses, type Loss, newLosses } from '../../git/inspect.js';
import { finishRemoval, forgetGone, inspectSetAside, isOurs, putBack, setAside } from '../../git/remove.js';
import { isGone } from '../../git/repository.js';
import { moveToTrash } from '../../git/trash.js';
import { EXIT, type Methods } from '../../protocol.js';
import { removeSession } from '../../store/sessions.js';
import { endAgent } from '../acts/end.js';
import type { Daemon } from '../context.js';
import { forgetSession } from '../definitions.js';
import { forgetEnvironment, ownEnvironment, personEnvironment } from '../environment.js';
import { point } from '../fault.js';
import { withProgress } from '../progress.js';
import { hookFor } from '../settings.js';
import { type Action, requireSessions, requireThere } from './action.js';

type Discarded = Methods['discard']['result'][number];

/** One request: what is the same for all of its sessions. */
interface Task {
  daemon: Daemon;
  git: Git;
  force: boolean;
  /** The caller's environment. */
  env: Record<string, string>;
  notice: (text: string) => void;
  /** What was there when the on-discard hook said yes: that may be lost, and nothing else. It is asked once. */
  accepted: Map<Session, Loss[]>;
}

/** With who wants to know what a long discard is at. */
type Spoken = Task & { say: (text: string) => void };

export const discard: Action<'discard'> = async (daemon, { request, notice }) => {
  const { names, force } = request.params;
  const sessions = requireSessions(daemon, names);
  const [first] = sessions;
  const env =
    (first && (await personEnvironment(daemon, request.caller, first.definition))) ?? ownEnvironment();
  const task: Task = { daemon, git: new Git(env), force, env, notice, accepted: new Map() };
  // Of several, none is touched if one is to be kept.
  if (!force && sessions.length > 1) {
    for (const session of sessions) if (session.definition.worktree) await firstLook(task, session);
    for (const session of sessions) requireThere(daemon, session);
  }
  const results: Discarded[] = [];
  for (const session of sessions)
    try {
      results.push(
        await withProgress(notice, say =>
          daemon.workerOf(session).leave(() => discardOne({ ...task, say }, session)),
        ),
      );
    } catch (error) {
      // What is done is done, and its branches are told.
      for (const { name, branch, commit } of results)
        notice(
          `discarded ${name}${branch && commit ? `; branch ${branch} (${commit.slice(0, 12)}) is kept` : ''}`,
        );
      throw error;
    }
  return results;
};

async function discardOne(task: Spoken, session: Session): Promise<Discarded> {
  const { daemon, say } = task;
  // Another discard may have been at it, and another session have its name.
  requireThere(daemon, session);
  const { name, worktree } = session.definition;
  if (worktree) say(`looking at the worktree of ${name}`);
  const removal = worktree ? await firstLook(task, session) : null;
  const worker = daemon.workerOf(session);
  await worker.admission.cancel();
  await daemon.afterRun.stop(name);
  try {
    return await endAndRemove(task, session, removal);
  } finally {
    daemon.afterRun.start(name);
    worker.poke();
  }
}

/** `removal`: what the first look found in the worktree; null: there is none to remove. */
async function endAndRemove(
  { daemon, git, force, notice, say }: Spoken,
  session: Session,
  removal: Loss[] | null,
): Promise<Discarded> {
  const { name, branch, repo, worktree, dir } = session.definition;
  say(`ending ${name}`);
  if (!(await endAgent(daemon, session))) {
    if (!force)
      throw new Failure(
        EXIT.refused,
        `a process of ${name} does not end, and may still write`,
        `actor discard --force ${name}`,
      );
    notice(`a process of ${name} does not end`);
  }
  const commit = repo && branch ? await tipOf(git, repo, branch) : null;
  const isRepositoryGone = repo !== null && commit === null && (await isGone(git, repo));
  if (removal) say(`removing the worktree of ${name}`);
  const trash = removal ? await remove(daemon, git, session, removal, force) : null;
  point('after-removed');
  removeSession(daemon.places.sessions, name);
  forgetSession(daemon, session, 'actor discard');
  point('after-discarded');
  forgetEnvironment(daemon, name);
  daemon.workerOf(session).release();
  if (isRepositoryGone) notice(`the repository of ${name} is gone: ${repo}`);
  return { name, branch, commit, worktree: worktree ? dir : null, trash };
}

/** What the first look found; null when the directory is gone already. @throws Failure when it is to be kept */
async function firstLook(task: Task, session: Session): Promise<Loss[] | null> {
  const { daemon, git, force } = task;
  const { name, dir, repo } = session.definition;
  const ownership = await isOurs(git, dir, daemon.places.worktrees, repo);
  if (!ownership.ours) {
    if (!ownership.gone) throw new Failure(EXIT.refused, `not removed: ${ownership.reason}`);
    if (repo) await forgetWorktree(task, session, repo);
    return null;
  }
  if (ownership.link === null) {
    if (!force)
      throw new Failure(
        EXIT.refused,
        `nobody can tell what is in the worktree of ${name}: ${ownership.reason}`,
        `actor discard --force ${name}`,
      );
    return [];
  }
  const accepted = task.accepted.get(session);
  if (accepted) return accepted;
  const isAllowed = !force && (await isAllowedByHook(task, session));
  const losses = await findLosses(git, dir);
  if (isAllowed) task.accepted.set(session, losses);
  else if (losses.length > 0 && !force) throw refusal(name, losses);
  return losses;
}

/** What git knows of a worktree that is gone is forgotten. @throws Failure when that may hold work, unless by force */
async function forgetWorktree({ git, force }: Task, { definition }: Session, repo: string): Promise<void> {
  const { name, dir } = definition;
  let why = 'git still holds commits of it that are on no branch';
  let hint = `git -C '${repo}' worktree list`;
  try {
    if (await forgetGone(git, repo, dir)) return;
  } catch (error) {
    why = `nobody can tell what git holds of it: ${error instanceof Error ? error.message : String(error)}`;
    hint = `actor discard --force ${name}`;
  }
  if (!force) throw new Failure(EXIT.refused, `the worktree of ${name} is gone, and ${why}`, hint);
}

/** Has the user's own check said yes? False: there is none. @throws Failure when it said no */
async function isAllowedByHook({ daemon, env, notice }: Task, { definition }: Session): Promise<boolean> {
  const hook = hookFor(daemon, definition.repo, 'on-discard');
  if (!hook) return false;
  const { name } = definition;
  const answer = await daemon.hooks.call({ name: 'on-discard', hook, definition, env, notice });
  if (answer.isYes) return true;
  throw new Failure(EXIT.refused, `${name} is kept: ${answer.text}`, `actor discard --force ${name}`);
}

/** The second look, at a directory that nobody knows any more, and then the removal. @returns the place in the trash. */
async function remove(
  daemon: Daemon,
  git: Git,
  session: Session,
  before: Loss[],
  force: boolean,
): Promise<string | null> {
  const { name, dir } = session.definition;
  const hidden = await setAside(dir);
  point('after-set-aside');
  let after: Loss[] | null = null;
  try {
    after = await inspectSetAside(git, hidden);
  } catch (error) {
    // What cannot be looked into can still be kept.
    if (!force) {
      await putBack(hidden);
      throw error;
    }
  }
  if (!force && after && newLosses(before, after).length > 0) {
    await putBack(hidden);
    throw refusal(name, after);
  }
  if (after === null || after.length > 0) return moveToTrash(git, hidden, daemon.places.trash);
  await finishRemoval(hidden);
  return null;
}

function refusal(name: string, losses: Loss[]): Failure {
  const lines = losses.map(({ detail, examples }) => {
    const names = examples.length > 0 ? `: ${examples.join(', ')}` : '';
    return `  ${detail}${names}`;
  });
  return new Failure(
    EXIT.refused,
    `${name} is kept, since a discard would lose work:\n${lines.join('\n')}`,
    `commit it, or: actor discard --force ${name}`,
  );
}

async function tipOf(git: Git, repo: string, branch: string): Promise<string | null> {
  if (!existsSync(repo)) return null;
  const tip = await git.attempt(repo, ['rev-parse', '-q', '--verify', `refs/heads/${branch}^{commit}`]);
  return tip.exitCode === 0 ? tip.stdout.trim() : null;
}
