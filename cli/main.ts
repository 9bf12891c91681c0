/**
 * The client's process: one command, then its exit code. The only process.exit of the client.
 *
 * It starts for every command that a person types, so everything is loaded late: each command's module on demand.
 */
import { writeSync } from 'node:fs';
import { VERSION } from './build.js';
import { EXIT, type ExitCode } from './protocol.js';

process.on('SIGINT', () => process.exit(EXIT.interrupted));

run(process.argv.slice(2)).then(
  code => {
    if (code !== null) process.exit(code);
  },
  // A stream that broke at the end: there is nobody left to tell.
  () => process.exit(EXIT.failed),
);

async function run(argv: readonly string[]): Promise<ExitCode | null> {
  if (argv.length === 1 && argv[0] === '--version' && wrote(`actor ${VERSION}\n`)) return EXIT.done;
  const { ProcessStreams } = await import('./client/process-streams.js');
  const { invoke } = await import('./commands/invoke.js');
  return invoke(argv, new ProcessStreams(), process.env);
}

/** Without a module more. False: it failed, and the long way says why. */
function wrote(text: string): boolean {
  try {
    writeSync(1, text);
    return true;
  } catch {
    return false;
  }
}
