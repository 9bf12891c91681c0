/** `actor doctor`, the daemon's part: it has the doors to the programs. */
import { execa } from 'execa';
import type { Action } from './action.js';
import { examine } from './doctor.js';

const TIMEOUT = 10_000;

export const doctor: Action<'doctor'> = (daemon, { request }) => {
  const env = request.caller.env ?? {};
  return examine({
    home: daemon.places.home,
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
