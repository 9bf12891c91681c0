/** What follows the daemon ends with it. */
import { ConnectionLost } from '../client/ask.js';
import type { Io } from '../client/io.js';
import { EXIT, type ExitCode } from '../protocol.js';

/** 0, also when the daemon ended on purpose (`actor down`) and none took its place; that is told on stderr. */
export async function untilDaemonEnds(io: Io, followed: Promise<unknown>): Promise<ExitCode> {
  try {
    await followed;
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    io.note('actor: the daemon has ended');
  }
  return EXIT.done;
}
