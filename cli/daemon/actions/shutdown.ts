/** `actor daemon stop`: this process ends, agents go on. */
import type { Action } from './action.js';

export const shutdown: Action<'shutdown'> = async daemon => {
  daemon.shutdown('asked to');
  return { pid: process.pid };
};
