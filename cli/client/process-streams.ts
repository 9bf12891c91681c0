/**
 * The process's own streams. Writing goes straight to the descriptor: making `process.stdout` costs 5 ms of every command.
 * Only when a descriptor would block (a terminal or pipe that another program made non-blocking) the rest goes through
 * the stream.
 */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Failure } from '../domain/failure.js';
import { EXIT } from '../protocol.js';
import { ReaderGone, type Streams } from './io.js';

export class ProcessStreams implements Streams {
  /** Descriptors that would have blocked once: in order, the rest goes through the stream. */
  readonly #streamed = new Set<1 | 2>();

  write(descriptor: 1 | 2, text: string): void {
    let bytes = Buffer.from(text);
    while (bytes.length > 0 && !this.#streamed.has(descriptor)) {
      try {
        bytes = bytes.subarray(writeSync(descriptor, bytes));
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code !== 'EAGAIN') {
          // What is said beside the result ends nothing, and changes no status, when nobody can read it.
          if (descriptor === 2) return;
          throw code === 'EPIPE' ? new ReaderGone() : cannotWrite(error as Error);
        }
        this.#streamed.add(descriptor);
      }
    }
    if (bytes.length > 0) this.#stream(descriptor).write(bytes);
  }

  isTerminal(descriptor: 0 | 1 | 2): boolean {
    return isatty(descriptor);
  }

  columns(): number {
    return process.stdout.columns || 80;
  }

  async readInput(limit: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of process.stdin as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= limit) break;
    }
    return Buffer.concat(pieces);
  }

  async flush(): Promise<void> {
    for (const descriptor of this.#streamed)
      await new Promise<void>(resolve => this.#stream(descriptor).write('', () => resolve()));
  }

  #stream(descriptor: 1 | 2): NodeJS.WriteStream {
    const stream = descriptor === 1 ? process.stdout : process.stderr;
    if (stream.listenerCount('error') === 0)
      stream.on('error', error => {
        if (descriptor === 2) return;
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
        process.exitCode = 0;
      });
    return stream;
  }
}

/** The disk is full, say; in the system's words, which stand between the code and the call. */
function cannotWrite(cause: Error): Failure {
  const reason = /^\w+: (.*), \w+$/.exec(cause.message)?.[1] ?? cause.message;
  return new Failure(EXIT.failed, `cannot write the result: ${reason}`, undefined, { cause });
}
