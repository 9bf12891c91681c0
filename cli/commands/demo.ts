/**
 * `actor demo`: a tour in a throw-away home and repository, with the shell agent, made of real commands and their real output:
 * main, two sessions in worktrees working at the same time, a queued prompt, completions arriving at main, a refused discard.
 */
import type { Context } from '../client/context.js';
import { Failure } from '../domain/failure.js';
import { shellWord } from '../domain/shell-word.js';
import { EXIT, type ExitCode } from '../protocol.js';
import { TOUR } from './demo/tour.js';
import { DemoWorld } from './demo/world.js';

/** The whole tour takes some 10 s; a hanging step must not make it last. In milliseconds. */
const LIMIT = 25_000;

export async function run(_: unknown, { io, env }: Context): Promise<ExitCode> {
  const stop = new AbortController();
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    stop.abort();
  };
  // Ctrl-C too must leave nothing behind.
  process.removeAllListeners('SIGINT');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  const timer = setTimeout(() => stop.abort(), LIMIT);

  const world = DemoWorld.create(env);
  const faint = (text: string) => (io.color ? `\x1b[2m${text}\x1b[22m` : text);
  const bold = (text: string) => (io.color ? `\x1b[1m${text}\x1b[22m` : text);
  try {
    await world.prepare(stop.signal);
    io.line(faint(`A throw-away world in ${world.root}, which goes when this ends.`));
    for (const { says, commands, exits = EXIT.done } of TOUR) {
      io.line(`\n${faint(`# ${says}`)}`);
      for (const words of commands) {
        io.line(bold(`$ actor ${words.map(shown).join(' ')}`));
        const { code, output } = await world.actor(words, stop.signal);
        if (output !== '') io.foreign(output);
        if (interrupted) return EXIT.interrupted;
        if (stop.signal.aborted)
          throw new Failure(EXIT.failed, `the demo took longer than ${LIMIT / 1000} s`);
        if (code !== exits)
          throw new Failure(EXIT.failed, `the demo's step failed with exit code ${code}`, 'actor doctor');
        if (code !== EXIT.done) io.line(faint(`(exit code ${code})`));
      }
    }
    io.line(faint('\n# That was all real. With an agent that thinks, begin with: actor claude'));
    return EXIT.done;
  } catch (error) {
    if (interrupted) return EXIT.interrupted;
    throw error;
  } finally {
    clearTimeout(timer);
    await world.remove();
  }
}

/** A word as one would type it into a shell. */
function shown(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : shellWord(word);
}
