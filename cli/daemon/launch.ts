/** What is started as the daemon: its bundle, from V8's code cache. */
import { runFromCache } from '../code-cache.js';

runFromCache('daemon', require);
