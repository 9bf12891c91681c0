/** `actor list -f`: that something has changed, not what, so that a client which is stopped (Ctrl-Z) fills nothing up. */
import { type Action, untilGone } from './action.js';

/** Changes within this time are told as one, in milliseconds: a turn begins with several. */
const BATCH = 60;

export const changes: Action<'changes'> = async (daemon, { item, signal }) => {
  let timer: NodeJS.Timeout | undefined;
  const stop = daemon.ledger.onChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      item({});
    }, BATCH);
  });
  // What changed before is not known to the client of a daemon that has just started.
  item({});
  await untilGone(signal);
  clearTimeout(timer);
  stop();
  return {};
};
