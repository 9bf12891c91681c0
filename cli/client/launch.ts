#!/usr/bin/env node
/** What `actor` starts: the client's bundle, from V8's code cache. */
import { runFromCache } from '../code-cache.js';

// `--version` compiles next to nothing.
runFromCache('client', require, process.argv[2] !== '--version');
