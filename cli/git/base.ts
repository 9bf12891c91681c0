/** From which commit does a new branch start? */
import { Failure } from '../domain/failure.js';
import { editDistance } from '../domain/suggest.js';
import type { Git } from './git.js';
import type { Reference } from './references.js';
import type { Repository } from './repository.js';

export interface Base {
  /** A branch, remote-tracking branch or tag by its short name; else the commit's id. Never relative to a HEAD. */
  ref: string;
  /** The same by its full name, `HEAD` when detached; empty for a commit. */
  full: string;
  commit: string;
}

/**
 * `base` as the directory `from` sees it; null: the branch that is checked out there, or its commit when detached.
 * @param head what is checked out in `from`
 * Throws a Failure where there is no such commit, naming what is like it.
 */
export async function resolveBase(
  git: Git,
  from: string,
  base: string | null,
  head: Repository['head'],
): Promise<Base> {
  const known = base === null ? checkedOut(head) : null;
  if (known !== null) return known;
  const name = base ?? 'HEAD';
  if (name === '' || name.startsWith('-')) throw new Failure(2, `'${name}' is not a branch, tag or commit`);
  const [verified, symbolic] = await Promise.all([
    git.attempt(from, ['rev-parse', '-q', '--verify', `${name}^{commit}`]),
    git.attempt(from, ['rev-parse', '-q', '--verify', '--symbolic-full-name', name]),
  ]);
  if (verified.exitCode !== 0) throw await noSuchBase(git, from, base);
  return baseAt(symbolic.stdout.trim(), verified.stdout.trim());
}

function checkedOut({ branch, commit }: Repository['head']): Base | null {
  if (commit === null) return null;
  if (branch === null) return baseAt('HEAD', commit);
  // HEAD may name a reference that is no branch: git is asked what it is.
  return branch.startsWith('refs/') ? null : baseAt(`refs/heads/${branch}`, commit);
}

function baseAt(full: string, commit: string): Base {
  const ref = full.startsWith('refs/') ? full.replace(/^refs\/(heads|tags|remotes)\//, '') : commit;
  return { ref, full, commit };
}

/**
 * `main (2f9c1ab0 fix the nav bar), 3 behind origin/main`, `a detached HEAD (…)`: for a person.
 * @param known what git said of the base's reference
 */
export async function describeBase(
  git: Git,
  from: string,
  { ref, full, commit }: Base,
  known: Reference | undefined,
): Promise<string> {
  const [subject, behind] = await Promise.all([
    known?.id === commit
      ? `${known.shortId} ${known.subject}`
      : git.line(from, ['log', '-1', '--no-show-signature', '--format=%h %s', commit, '--']),
    known && known.upstream !== '' ? howFarBehind(git, from, full) : null,
  ]);
  const name = ref !== commit ? ref : full === 'HEAD' ? 'a detached HEAD' : 'commit';
  return `${name} (${subject})${behind === null ? '' : `, ${behind} behind ${known?.upstream}`}`;
}

async function howFarBehind(git: Git, from: string, full: string): Promise<string | null> {
  const format = '--format=%(refname)%09%(upstream:track)';
  const lines = (await git.line(from, ['for-each-ref', format, full])).split('\n');
  const track = lines.find(line => line.startsWith(`${full}\t`)) ?? '';
  return /behind (\d+)/.exec(track)?.[1] ?? null;
}

async function noSuchBase(git: Git, from: string, base: string | null): Promise<Failure> {
  const commits = await git.attempt(from, ['rev-parse', '-q', '--verify', 'HEAD']);
  const any = commits.exitCode === 0 ? '' : (await git.attempt(from, ['rev-list', '-n1', '--all'])).stdout;
  if (commits.exitCode !== 0 && (base === null || any === '')) {
    const isBare = (await git.line(from, ['rev-parse', '--is-bare-repository'])) === 'true';
    return new Failure(
      1,
      `the repository at ${from} has no commit yet`,
      isBare
        ? `from a work tree with commits: git push ${from} HEAD`
        : 'git commit --allow-empty -m "first commit"',
    );
  }
  const wanted = base ?? 'HEAD';
  const names = (
    await git.run(from, [
      'for-each-ref',
      '--format=%(refname:short)',
      'refs/heads',
      'refs/tags',
      'refs/remotes',
    ])
  )
    .split('\n')
    .filter(name => name !== '');
  const near = nearNames(wanted, names);
  return new Failure(
    2,
    `there is no branch, tag or commit '${wanted}'${near.length > 1 ? `; there are ${near.join(', ')}` : ''}`,
    near[0] === undefined ? 'git branch --all' : `--base ${near[0]}`,
  );
}

/** Up to three of `names` that a person may have meant by `wanted`, the likeliest first. */
export function nearNames(wanted: string, names: string[]): string[] {
  const lower = wanted.toLowerCase();
  return names
    .map(name => {
      const last = name.slice(name.lastIndexOf('/') + 1);
      const distance = Math.min(
        editDistance(lower, name.toLowerCase()),
        editDistance(lower, last.toLowerCase()) + 0.5,
      );
      return { name, distance };
    })
    .filter(({ distance }) => distance <= Math.max(1.5, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}
