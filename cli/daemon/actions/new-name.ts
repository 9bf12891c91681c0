/** What a new session is called: as it was asked for, or as its prompt says; never as another one. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../domain/failure.js';
import { firstFreeName, isMainName, isValidName, NAME_RULE, nameFromText } from '../../domain/names.js';
import type { Git } from '../../git/git.js';
import { EXIT, type Methods } from '../../protocol.js';
import { type Daemon, findSession } from '../context.js';

type Params = Methods['new']['params'];

/** Names of sessions that are being made, each by its small letters: two at the same time must not take the same one. */
const reserved = new Map<string, string>();

/**
 * The name of the session that is to be made, kept from others until {@link releaseName}.
 * @throws Failure (exit 2) for one that cannot be, or is another session's
 */
export async function reserveName(
  daemon: Daemon,
  git: Git,
  params: Params,
  repo: string | null,
): Promise<string> {
  // Asked for first: between the choice of a name and its reservation nothing may be waited for.
  const branches =
    params.name === null && params.branch === null && repo !== null ? await branchNames(git, repo) : [];
  const name = params.name === null ? nameFrom(daemon, params.prompt ?? '', branches) : params.name;
  requireName(name);
  requireFree(daemon, name, params);
  reserved.set(name.toLowerCase(), name);
  return name;
}

/** The session is made, or is not to be. */
export function releaseName(name: string): void {
  reserved.delete(name.toLowerCase());
}

/** For a hint: what was to be done comes there. */
export function promptOf({ prompt }: Pick<Params, 'prompt'>): string {
  return prompt === null ? '' : ' "…"';
}

function nameFrom(daemon: Daemon, prompt: string, branches: readonly string[]): string {
  return firstFreeName(
    nameFromText(prompt) ?? 'session',
    candidate =>
      findSession(daemon, candidate) !== undefined ||
      reserved.has(candidate.toLowerCase()) ||
      existsSync(path.join(daemon.places.worktrees, candidate)) ||
      branches.includes(candidate.toLowerCase()),
  );
}

function requireName(name: string): void {
  const suggestion = nameFromText(name);
  const hint = suggestion ? `actor new ${suggestion}` : undefined;
  if (!isValidName(name))
    throw new Failure(EXIT.usage, `${JSON.stringify(name)} is no session name: ${NAME_RULE}`, hint);
  if (isMainName(name)) throw new Failure(EXIT.usage, `${name} is kept for mains`, hint);
}

function requireFree(daemon: Daemon, name: string, params: Params): void {
  const known = findSession(daemon, name)?.definition.name;
  if (known !== undefined)
    throw new Failure(EXIT.usage, `there is a session ${known}`, `actor run ${known}${promptOf(params)}`);
  const coming = reserved.get(name.toLowerCase());
  if (coming !== undefined)
    throw new Failure(EXIT.usage, `a session ${coming} is being made or taken back`, 'actor list');
}

/** In lower case. */
async function branchNames(git: Git, repo: string): Promise<string[]> {
  const output = await git.run(repo, ['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads']);
  return output.toLowerCase().split('\n');
}
