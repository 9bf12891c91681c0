/** `actor doctor`, the daemon's part: it has the doors to the programs. */
import { execa } from 'execa';
import { Git } from '../../git/git.js';
import { describeRepository } from '../../git/repository.js';
import { repositoryFile } from '../settings.js';
import type { Action } from './action.js';
import { examine } from './doctor.js';

const TIMEOUT = 10_000;

export const doctor: Action<'doctor'> = async (daemon, { request }) => {
  const { cwd, env = {} } = request.caller;
  // Git may be missing, which is told as well.
  const repository = await describeRepository(new Git(env), cwd).catch(() => null);
  return examine({
    home: daemon.places.home,
    project: repository && repositoryFile(repository.root),
    env,
    probe: async (program, args) => {
      const result = await execa(program, args, {
        env,
        extendEnv: false,
        reject: false,
        timeout: TIMEOUT,
        stdin: 'ignore',
      });
      return result.exitCode === 0 ? result.stdout : null;
    },
  });
};
