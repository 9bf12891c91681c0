/**
 * What a forced discard took away. An entry `<name>-<time>-<random>/` holds `worktree/`, the directory as it was; `git/`, its
 * administrative folder (index, operations in progress, the submodules' repositories); README.md, how to get it back; and
 * `trash.json`, which is written first and is the decision: from then on a crash leads on, not back.
 * Commits and staged files stay in the repository, held by references under `refs/actor/trash/<entry>/` until the entry goes.
 */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { shellWord } from '../domain/shell-word.js';
import { unreachableCommits } from './commits.js';
import { moveTree, removeTree } from './files.js';
import type { Git } from './git.js';
import { ifAbsent, pointTo, readLink, unlock, type WorktreeLink } from './link.js';
import { formerPath } from './remove.js';
import type { Place } from './status.js';

interface TrashRecord {
  /** Where it was, and where it waits to be moved from. */
  path: string;
  hidden: string;
  /** Null: its link was broken, there is only the directory. */
  gitDir: string | null;
  commonDir: string | null;
  branch: string | null;
  commit: string | null;
  /** Milliseconds since the epoch. */
  discardedAt: number;
  done: boolean;
}

const RECORD = 'trash.json';
const DAY = 24 * 60 * 60 * 1000;

/** Decides and carries out: moves a set-aside work tree to `trashFolder`, and returns its entry's path. The branch stays. */
export async function moveToTrash(
  git: Git,
  hidden: string,
  trashFolder: string,
  now = new Date(),
): Promise<string> {
  const path = formerPath(hidden);
  const entry = entryName(path, now);
  const state = await readLink(hidden);
  if (state.state === 'gone' || state.state === 'main') throw new Failure(1, `${hidden} is not a worktree`);
  const known = state.state === 'linked' ? await holdAndDescribe(git, state.link, entry) : UNKNOWN;
  const record: TrashRecord = { path, hidden, ...known, discardedAt: now.getTime(), done: false };
  const folder = join(trashFolder, entry);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'README.md'), readme(record, folder), { mode: 0o600 });
  await writeRecord(folder, record);
  await carryOut(folder, record);
  return folder;
}

/** For the start of the daemon: completes the moves to the trash that a crash cut off. Returns their entries' paths. */
export async function finishTrash(trashFolder: string): Promise<string[]> {
  const finished: string[] = [];
  for (const { folder, record } of await readEntries(trashFolder)) {
    if (record === null || record.done) continue;
    await carryOut(folder, record);
    finished.push(folder);
  }
  return finished;
}

/**
 * Deletes the entries that are older than `days`, with what the repositories held for them, and returns their paths.
 * What is in the folder and no entry of ours is left.
 */
export async function emptyOldTrash(
  git: Git,
  trashFolder: string,
  days = 7,
  now = new Date(),
): Promise<string[]> {
  const deleted: string[] = [];
  for (const { folder, record } of await readEntries(trashFolder)) {
    if (record === null || !record.done || now.getTime() - record.discardedAt < days * DAY) continue;
    await releaseObjects(git, record.commonDir, basename(folder));
    await removeTree(folder);
    deleted.push(folder);
  }
  return deleted;
}

const UNKNOWN = { gitDir: null, commonDir: null, branch: null, commit: null };

async function holdAndDescribe(git: Git, link: WorktreeLink, entry: string) {
  const { path, gitDir, commonDir } = link;
  const place: Place = { gitDir, workTree: path };
  const [branch, commit] = await Promise.all([
    git.attempt(path, ['symbolic-ref', '-q', '--short', 'HEAD'], { ...place }),
    git.attempt(path, ['rev-parse', '-q', '--verify', 'HEAD'], { ...place }),
    holdObjects(git, place, entry),
  ]);
  return {
    gitDir,
    commonDir,
    branch: branch.exitCode === 0 ? branch.stdout.trim() : null,
    commit: commit.exitCode === 0 ? commit.stdout.trim() : null,
  };
}

/** The administrative folder first: once it is gone the repository no longer holds the branch as checked out. */
async function carryOut(folder: string, record: TrashRecord): Promise<void> {
  const state = await readLink(record.hidden);
  // The id may be another work tree's by now; the link from the directory cannot be.
  if (record.gitDir !== null && state.state === 'linked' && state.link.gitDir === record.gitDir) {
    await pointTo(record.gitDir, record.path);
    await moveOnce(record.gitDir, join(folder, 'git'));
    await unlock(join(folder, 'git'));
  }
  await moveOnce(record.hidden, join(folder, 'worktree'));
  await writeRecord(folder, { ...record, done: true });
}

/** A crash may have left a whole copy on the other file system, and the rest of the original. */
async function moveOnce(from: string, to: string): Promise<void> {
  if (!(await exists(from))) return;
  if (await exists(to)) await removeTree(from);
  else await moveTree(from, to);
}

/** Keeps `git gc` from what only this work tree reached: commits on no branch, and the contents of its index. */
async function holdObjects(git: Git, place: Place, entry: string): Promise<void> {
  const references: string[] = [];
  const hold = (name: string, id: string) =>
    references.push(`create refs/actor/trash/${entry}/${name}\0${id}\0`);
  const [commits, index] = await Promise.all([
    unreachableCommits(git, place),
    // Fails with unmerged entries; those files are in the directory itself.
    git.attempt(place.workTree, ['write-tree'], { ...place }),
  ]);
  if (commits.length > 0) {
    const parents = new Set(
      (
        await git.run(place.workTree, ['rev-list', '--no-walk', '--parents', '--stdin'], {
          ...place,
          input: commits.map(commit => commit.id).join('\n'),
        })
      )
        .split('\n')
        .flatMap(line => line.split(' ').slice(1)),
    );
    const tips = commits.filter(commit => !parents.has(commit.id));
    for (const [number, { id }] of tips.entries()) hold(`commit-${number}`, id);
  }
  if (index.exitCode === 0) hold('index', index.stdout.trim());
  if (references.length === 0) return;
  await git.run(place.workTree, ['update-ref', '--stdin', '-z'], {
    ...place,
    input: references.join(''),
  });
}

async function releaseObjects(git: Git, commonDir: string | null, entry: string): Promise<void> {
  if (commonDir === null || !(await exists(commonDir))) return;
  const listed = await git.attempt(commonDir, [
    'for-each-ref',
    '--format=%(refname)',
    `refs/actor/trash/${entry}/`,
  ]);
  const names = listed.stdout.split('\n').filter(name => name !== '');
  if (names.length === 0) return;
  await git.attempt(commonDir, ['update-ref', '--stdin'], {
    input: names.map(name => `delete ${name}\n`).join(''),
  });
}

function entryName(path: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${basename(path)}-${time}-${randomBytes(4).toString('hex')}`;
}

async function readEntries(trashFolder: string): Promise<{ folder: string; record: TrashRecord | null }[]> {
  const names = await readdir(trashFolder).catch(ifAbsent([] as string[]));
  return Promise.all(
    names.map(async name => {
      const folder = join(trashFolder, name);
      const text = await readFile(join(folder, RECORD), 'utf8').catch(ifAbsent(null));
      return { folder, record: text === null ? null : parseRecord(text) };
    }),
  );
}

function parseRecord(text: string): TrashRecord | null {
  try {
    return JSON.parse(text) as TrashRecord;
  } catch {
    return null;
  }
}

async function writeRecord(folder: string, record: TrashRecord): Promise<void> {
  const file = join(folder, RECORD);
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(ifAbsent(null))) !== null;
}

function readme(record: TrashRecord, folder: string): string {
  const { path, branch, commit, gitDir, discardedAt } = record;
  const back =
    gitDir === null
      ? 'Its link to a repository was broken, so there is no index and no history with it.'
      : `To have the worktree back, with its index and whatever was in progress:

    mkdir -p ${shellWord(dirname(gitDir))}
    test ! -e ${shellWord(gitDir)} && mv ${shellWord(join(folder, 'git'))} ${shellWord(gitDir)}
    test ! -e ${shellWord(path)} && mv ${shellWord(join(folder, 'worktree'))} ${shellWord(path)}`;
  return `# ${basename(path)}

A worktree that \`actor discard --force\` took away on ${new Date(discardedAt).toISOString()}.
It was ${path}, ${branch === null ? 'on no branch' : `on branch ${branch}`}${commit === null ? '' : `, at commit ${commit}`}.
It is deleted after 7 days.

The files are in \`worktree/\` as they were. ${back}
`;
}
