/** `actor daemon stop`: this process ends, agents go on. */
import type { Action } from './action.js';

export const shutdown: Action<'shutdown'> = async (daemon, { request }) => {
  daemon.shutdown('asked to', request.params.leaves);
  return { pid: process.pid };
};
