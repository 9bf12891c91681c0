/** Entry of the daemon's process: becomes the daemon of `$ACTOR_HOME`, or ends quietly because there is one. */
import { run } from './run.js';

const home = process.env.ACTOR_HOME;
if (!home) {
  process.stderr.write('actor: the daemon needs ACTOR_HOME\n');
  process.exitCode = 2;
} else {
  // A window, or a shell, that started it must not be able to end it by its own end.
  process.on('SIGHUP', () => {});
  await run(home);
}
