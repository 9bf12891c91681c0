/** Put this terminal on a window, and say afterwards what the person should know. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Context } from '../client/context.js';
import { UsageFailure } from '../client/errors.js';
import type { Io } from '../client/io.js';
import { Failure } from '../domain/failure.js';
import { type AttachPlan, EXIT, type ExitCode, type Methods } from '../protocol.js';

/** @throws UsageFailure when a person could not see or type anything here. */
export function requireTerminal(io: Io, hint: string): void {
  if (!io.inputIsTerminal || !io.outputIsTerminal)
    throw new UsageFailure('this is no terminal to attach', hint);
}

/** Shows the session until the person leaves it, or it ends; then says what still runs, when main is gone. */
export async function attachTerminal(plan: AttachPlan, context: Context): Promise<ExitCode> {
  const { io, env } = context;
  if (plan.argv === null) return EXIT.done;
  const status = await runOnTerminal(plan.argv, env);
  const { name, main } = plan;
  const left = await context.callRunning('left', { name, main }).catch(() => null);
  const farewell = left && farewellLine(left);
  if (farewell) io.line(farewell);
  return status === 0 ? EXIT.done : EXIT.failed;
}

/** What still runs and how to end it, when main is gone; null while it lives. */
export function farewellLine({ gone, running }: Methods['left']['result']): string | null {
  if (gone === null) return null;
  if (running.length === 0) return `${gone} has ended; nothing else runs`;
  const list = running.map(({ name, status }) => `${name} (${status})`).join(', ');
  return `${gone} has ended; still running: ${list}; actor down ends ${running.length === 1 ? 'it' : 'them'}`;
}

/** Runs a program with this terminal; returns its exit status, 128 + the signal that ended it. TMUX would make tmux refuse. */
function runOnTerminal(argv: readonly string[], env: Context['env']): Promise<number> {
  const { TMUX: _, TMUX_PANE: __, ...rest } = env;
  const [program = '', ...args] = argv;
  // Ctrl-C and Ctrl-\ belong to the program on the terminal as long as it is there.
  const signals = ['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const;
  const interrupts = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  const ignore = () => {};
  for (const signal of signals) process.on(signal, ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: rest });
    child.once('error', error => reject(new Failure(EXIT.failed, `cannot run ${program}: ${error.message}`)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => {
    for (const signal of signals) process.off(signal, ignore);
    for (const listener of interrupts) process.on('SIGINT', listener);
  });
}
