/** `actor trust`: whether a repository's settings may run programs. The word counts for the content that was shown, and no other. */
import { Failure } from '../../domain/failure.js';
import { Git } from '../../git/git.js';
import { describeRepository } from '../../git/repository.js';
import { EXIT, type Methods } from '../../protocol.js';
import { readIfThere } from '../../store/files.js';
import { parseSettings } from '../../store/settings.js';
import { digestOf, saveTrust } from '../../store/trust.js';
import type { Daemon } from '../context.js';
import { ownEnvironment } from '../environment.js';
import { repositoryFile, trustOf } from '../settings.js';
import type { Action } from './action.js';

export const trust: Action<'trust'> = async (daemon, { request }) => {
  const { params, caller } = request;
  const repository = await describeRepository(
    new Git(caller.env ?? ownEnvironment()),
    params.dir ?? caller.cwd,
  );
  if (!repository)
    throw new Failure(EXIT.usage, 'this is no git repository, so it has no settings of its own');
  const file = repositoryFile(repository.root);
  if (params.allow !== null) allow(daemon, file, params.allow);
  if (params.revoke) revoke(daemon, file);
  return standingOf(daemon, file);
};

export const trusted: Action<'trusted'> = async daemon =>
  [...trustOf(daemon)].map(([file, digest]) => {
    const content = readIfThere(file);
    return { file, current: content !== null && digestOf(content) === digest };
  });

/** @throws Failure when the file is another one by now than the one that was shown. */
function allow(daemon: Daemon, file: string, digest: string): void {
  const content = readIfThere(file);
  if (content === null || digestOf(content) !== digest)
    throw new Failure(EXIT.refused, `${file} has changed since it was shown`, 'actor trust');
  // What does not parse would be refused at every use: better now.
  parseSettings(content, file, true);
  saveTrust(daemon.places.trust, new Map(trustOf(daemon)).set(file, digest));
}

function revoke(daemon: Daemon, file: string): void {
  const rest = new Map(trustOf(daemon));
  if (rest.delete(file)) saveTrust(daemon.places.trust, rest);
}

function standingOf(daemon: Daemon, file: string): Methods['trust']['result'] {
  const content = readIfThere(file);
  const digest = content === null ? null : digestOf(content);
  return { file, content, digest, trusted: digest !== null && trustOf(daemon).get(file) === digest };
}
