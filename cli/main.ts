#!/usr/bin/env node
/**
 * The client's process: one command, then its exit code. The only process.exit of the client.
 *
 * It starts for every command that a person types, so it loads as little as it can: each command's module on demand.
 */
import { isatty } from 'node:tty';
import { ProcessStreams, ReaderGone } from './client/io.js';
import { invoke } from './commands/invoke.js';
import { EXIT } from './protocol.js';

process.on('SIGINT', () => process.exit(EXIT.interrupted));

invoke(process.argv.slice(2), new ProcessStreams(isatty), process.env).then(
  code => {
    if (code !== null) process.exit(code);
  },
  // Only a broken stderr leads here: there is nobody left to tell.
  error => process.exit(error instanceof ReaderGone ? EXIT.done : EXIT.failed),
);
