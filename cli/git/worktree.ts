/**
 * Making a work tree with its branch, all or nothing. Before anything else it is written down (making.ts), and stays so until
 * {@link keepCreated}, when the session that owns the work tree is on record.
 */
import { lstat, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { isValidName } from '../domain/names.js';
import { shellWord } from '../domain/shell-word.js';
import { type Base, describeBase, resolveBase } from './base.js';
import { type Git, GitError } from './git.js';
import { administrativeFolders, ifAbsent, removeAdministrativeFolder } from './link.js';
import { beginMaking, changeMaking, endMaking, type Making } from './making.js';
import { readReferences } from './references.js';
import { removeUnseen } from './remove.js';
import { describeRepository, type Repository } from './repository.js';
import { commonDirectory, listWorktrees } from './worktrees.js';

export interface WorktreeRequest {
  /** Root of the main work tree, or the bare repository. */
  repo: string;
  /** Absolute path of the directory to make; must not exist. */
  path: string;
  /** Created at the base, or checked out when it exists. */
  branch: string;
  /** Null: what is checked out in `from`. */
  base: string | null;
  /** The directory in which `base` (and HEAD) is meant. */
  from: string;
  /** That directory's repository, where it is known already. */
  repository?: Repository;
  signal?: AbortSignal;
  /** Git's own progress of a checkout that takes longer than two seconds: percent, 0 to 100. */
  onProgress?: (percent: number) => void;
  /** Done with the work tree before it counts as made: what fails here takes the creation back, and so does a crash. */
  furnish?: (path: string) => Promise<void>;
}

export interface CreatedWorktree extends Omit<Making, 'made'> {
  /**
   * What `[+A -B]` compares with. For an existing branch: the commit that it last had in common with the base, or its own
   * tip when they share none.
   */
  base: { ref: string; commit: string };
  /** For stderr: from which base and commit it branched. */
  notice: string;
}

/**
 * Makes the work tree. Submodules are left to `furnish`, remote-tracking branches not set up as upstream.
 * Throws a Failure (nothing is left then): exit code 2 for a bad name or base, 1 for what is in the way, or git's own error.
 */
export async function createWorktree(git: Git, request: WorktreeRequest): Promise<CreatedWorktree> {
  const { repo, path, branch } = request;
  if ((await lstat(path).catch(ifAbsent(null))) !== null)
    throw new Failure(
      1,
      `${path} is in the way, and is no session's`,
      `git -C ${shellWord(repo)} worktree remove ${shellWord(path)}   (which keeps what has changes)`,
    );
  await requireBranchName(git, repo, branch);
  const { base, description, tip } = await lookAround(git, request);
  const making: Making = {
    repo,
    path,
    branch,
    branchCreatedAt: tip === null ? base.commit : null,
    made: false,
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await beginMaking(making);
  try {
    if (tip === null) await createBranch(git, making, base);
    await checkOut(git, request);
    await request.furnish?.(path);
    await changeMaking({ ...making, made: true });
  } catch (error) {
    await undo(git, making, error);
    throw error;
  }
  const id = tip ?? base.commit;
  const from = await description;
  return {
    ...making,
    base: tip === null ? pick(base) : await baseOfExisting(git, repo, branch, tip, base),
    notice:
      tip === null
        ? `branch ${branch} from ${from}`
        : `branch ${branch} exists and is checked out at ${id.slice(0, 8)}; compared with ${from}`,
  };
}

/** The session that owns the work tree is on record: from now on it is removed by nothing but a discard. */
export async function keepCreated({ path }: Pick<Making, 'path'>): Promise<void> {
  await endMaking(path);
}

/**
 * Takes a creation back, whatever is in the directory: the work tree, and the branch if it was made here, still stands
 * where it was made, and is checked out nowhere else. Can be repeated. Answers whether the branch is gone as well.
 */
export async function undoCreate(git: Git, made: Omit<Making, 'made'>): Promise<{ branchDeleted: boolean }> {
  await removeUnseen(made.path);
  const folders = await administrativeFolders(await commonDirectory(git, made.repo));
  // Git may have died before the directory led to its folder.
  for (const { gitDir, path } of folders) if (path === made.path) await removeAdministrativeFolder(gitDir);
  const branchDeleted = await deleteUntouchedBranch(git, made);
  await endMaking(made.path);
  return { branchDeleted };
}

async function undo(git: Git, making: Making, cause: unknown): Promise<void> {
  try {
    // A branch that git refused to create is somebody else's.
    const ours = cause instanceof BranchRefused ? { ...making, branchCreatedAt: null } : making;
    await undoCreate(git, ours);
  } catch (error) {
    throw new AggregateError(
      [cause, error],
      `${String(cause)}; and it could not be taken back: ${String(error)}`,
    );
  }
}

class BranchRefused extends GitError {}

interface Surroundings {
  base: Base;
  /** For a person; asked for while other work goes on. */
  description: Promise<string>;
  /** Where the branch stands; null: there is none. */
  tip: string | null;
}

async function lookAround(git: Git, request: WorktreeRequest): Promise<Surroundings> {
  const { repo, from, branch } = request;
  const repository = request.repository ?? (await describeRepository(git, from));
  const head = repository?.head ?? { branch: null, commit: null };
  const base = await resolveBase(git, from, request.base, head);
  const name = `refs/heads/${branch}`;
  const named = base.full.startsWith('refs/') ? [base.full] : [];
  const [references] = await Promise.all([
    readReferences(git, repo, [name, ...named]),
    repository && (await isFree(repository.commonDir, request)) ? null : refuseWhereCheckedOut(git, request),
  ]);
  const description = describeBase(git, from, base, references.get(base.full));
  // Whoever gives up before needing it is not to be surprised by it.
  description.catch(() => {});
  return { base, description, tip: references.get(name)?.id ?? null };
}

async function requireBranchName(git: Git, repo: string, branch: string): Promise<void> {
  if (isValidName(branch) && branch !== 'HEAD') return;
  const valid = await git.attempt(repo, ['check-ref-format', `refs/heads/${branch}`]);
  if (valid.exitCode !== 0 || branch.startsWith('-') || branch === 'HEAD')
    throw new Failure(2, `'${branch}' is not a valid branch name`);
}

/** Do the files of all work trees name neither this directory nor this branch? Else git is asked, and has the word. */
async function isFree(commonDir: string, { path, branch }: WorktreeRequest): Promise<boolean> {
  const folders = await administrativeFolders(commonDir);
  if (folders.some(folder => folder.path === path)) return false;
  const heads = await Promise.all(
    [commonDir, ...folders.map(({ gitDir }) => gitDir)].map(folder =>
      readFile(join(folder, 'HEAD'), 'utf8').catch(ifAbsent('')),
    ),
  );
  // Where references are kept in another format, HEAD says `refs/heads/.invalid` (git-refs, reftable).
  const taken = [`ref: refs/heads/${branch}`, 'ref: refs/heads/.invalid'];
  return heads.every(head => head !== '' && !taken.includes(head.trim()));
}

async function refuseWhereCheckedOut(git: Git, { repo, path, branch }: WorktreeRequest): Promise<void> {
  for (const worktree of await listWorktrees(git, repo)) {
    const gone = worktree.prunable || (await lstat(worktree.path).catch(ifAbsent(null))) === null;
    if (worktree.path !== path && worktree.branch !== branch) continue;
    const prune = `git -C '${repo}' worktree prune`;
    if (worktree.path === path) throw new Failure(1, `git still lists a worktree at ${path}`, prune);
    if (gone)
      throw new Failure(1, `branch ${branch} is checked out at ${worktree.path}, which is gone`, prune);
    throw new Failure(1, `branch ${branch} is checked out at ${worktree.path}`, `--branch ${branch}-2`);
  }
}

/** Not left to `worktree add -b`, which would not tell a branch that it made from one that was there. */
async function createBranch(git: Git, { repo, branch }: Making, base: Base): Promise<void> {
  const zero = '0'.repeat(base.commit.length);
  const answer = await git.attempt(repo, [
    'update-ref',
    '--create-reflog',
    '-m',
    `branch: Created from ${base.ref}`,
    `refs/heads/${branch}`,
    base.commit,
    zero,
  ]);
  if (answer.exitCode !== 0)
    throw new BranchRefused('branch', answer.exitCode, branchText(answer.stderr, branch));
}

function branchText(stderr: string, branch: string): string {
  const other = /'refs\/heads\/([^']*)' exists/.exec(stderr)?.[1];
  return other === undefined || other === branch
    ? stderr.trim().replace(/^fatal: /, '')
    : `there is a branch ${other}, beside which ${branch} cannot be`;
}

async function checkOut(
  git: Git,
  { repo, path, branch, signal, onProgress }: WorktreeRequest,
): Promise<void> {
  await git.run(repo, ['worktree', 'add', path, branch], {
    asUser: true,
    config: { 'worktree.guessRemote': 'false', 'advice.detachedHead': 'false' },
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : {
          onStderr: text => {
            const percent = [...text.matchAll(/(\d{1,3})% \(\d+\/\d+\)/g)].at(-1)?.[1];
            if (percent !== undefined) onProgress(Number(percent));
          },
        }),
  });
}

async function baseOfExisting(git: Git, repo: string, branch: string, tip: string, base: Base) {
  const common = await git.attempt(repo, ['merge-base', tip, base.commit]);
  const commit = common.exitCode === 0 ? common.stdout.trim() : tip;
  // Compared with itself a branch would never differ.
  return { ref: base.ref === branch ? commit : base.ref, commit };
}

function pick({ ref, commit }: Base): { ref: string; commit: string } {
  return { ref, commit };
}

async function deleteUntouchedBranch(git: Git, { repo, branch, branchCreatedAt }: Omit<Making, 'made'>) {
  if (branchCreatedAt === null) return false;
  if ((await listWorktrees(git, repo)).some(worktree => worktree.branch === branch)) return false;
  const answer = await git.attempt(repo, ['update-ref', '-d', `refs/heads/${branch}`, branchCreatedAt]);
  if (answer.exitCode !== 0) return false;
  await git.attempt(repo, ['config', '--local', '--remove-section', `branch.${branch}`]);
  return true;
}
