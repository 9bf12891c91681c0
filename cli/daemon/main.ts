/**
 * Entry of the daemon's process: becomes the daemon of `$ACTOR_HOME`, or ends quietly because there is one. Its argument: the
 * generation of the daemon whose place it is to take; none: that of any.
 */
import { Failure } from '../domain/failure.js';
import { run } from './run.js';

const home = process.env.ACTOR_HOME;
const [, , vacancy] = process.argv;
if (!home) {
  process.stderr.write('actor: the daemon needs ACTOR_HOME\n');
  process.exitCode = 2;
} else {
  // A window, or a shell, that started it must not be able to end it by its own end.
  process.on('SIGHUP', () => {});
  run(home, vacancy === undefined ? null : Number(vacancy)).catch(error => {
    // For the client that started it: its words, and no stack for what a person can mend. It ends in any case: half a daemon
    // would hold the home, and answer nobody.
    const isKnown = error instanceof Failure;
    process.stderr.write(
      `${isKnown ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    if (isKnown && error.hint) process.stderr.write(`hint: ${error.hint}\n`);
    process.exit(1);
  });
}
