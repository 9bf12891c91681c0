/** Every method of the wire and its action. */
import type { Method } from '../../protocol.js';
import type { Action } from './action.js';
import { attach } from './attach.js';
import { changes } from './changes.js';
import { config } from './config.js';
import { discard } from './discard.js';
import { down } from './down.js';
import { events, logs } from './events.js';
import { doctor } from './examine.js';
import { left } from './left.js';
import { list, peek, show, status } from './looking.js';
import { main } from './main.js';
import { mcpAttach } from './mcp-attach.js';
import { create } from './new.js';
import { queue } from './queue.js';
import { kinds, roles } from './roles.js';
import { run } from './run.js';
import { shutdown } from './shutdown.js';
import { stop } from './stop.js';
import { trust, trusted } from './trust.js';
import { wait } from './wait.js';

export const actions: { [M in Method]: Action<M> } = {
  status,
  shutdown,
  main,
  new: create,
  run,
  stop,
  discard,
  queue,
  down,
  list,
  changes,
  show,
  logs,
  peek,
  attach,
  left,
  events,
  wait,
  doctor,
  config,
  kinds,
  roles,
  trust,
  trusted,
  'mcp-attach': mcpAttach,
};
