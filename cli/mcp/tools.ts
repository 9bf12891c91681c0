/** Every tool, in the order of `tools/list`. A new one is a file in `tools/` and a row here. */
import type { Tool } from './tool.js';
import { config } from './tools/config.js';
import { discard } from './tools/discard.js';
import { list } from './tools/list.js';
import { logs } from './tools/logs.js';
import { create } from './tools/new.js';
import { peek } from './tools/peek.js';
import { queue } from './tools/queue.js';
import { roles } from './tools/roles.js';
import { run } from './tools/run.js';
import { show } from './tools/show.js';
import { stop } from './tools/stop.js';

export const TOOLS: readonly Tool[] = [
  create,
  run,
  stop,
  discard,
  list,
  show,
  logs,
  peek,
  queue,
  config,
  roles,
];
