/**
 * The streams of a command: results to stdout, everything else to stderr, and what kind of terminal there is.
 *
 * Writing goes straight to the descriptor: making `process.stdout` costs 5 ms of every command. Only when a descriptor
 * would block (a terminal or pipe that another program made non-blocking) the rest goes through the stream.
 */
import { writeSync } from 'node:fs';
import { visible } from './width.js';

/** Who reads our output is gone (`| head`): leave without a word. */
export class ReaderGone extends Error {
  constructor() {
    super('the reader of the output is gone');
    this.name = 'ReaderGone';
  }
}

/** The outside that {@link Io} needs; tests hand in their own. */
export interface Streams {
  /** Writes all of it, or throws {@link ReaderGone}. */
  write(descriptor: 1 | 2, text: string): void;
  isTerminal(descriptor: 0 | 1 | 2): boolean;
  /** Columns of the terminal that stdout is. */
  columns(): number;
  /** Everything that stdin gives, up to `limit` bytes (a reply of `limit` bytes may be cut). */
  readInput(limit: number): Promise<Uint8Array>;
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>;
}

export class Io {
  readonly #streams: Streams;
  /** Colours in results? */
  readonly color: boolean;

  /** `noColor`: the option; the environment and the terminal have their say too. */
  constructor(streams: Streams, env: Readonly<Record<string, string | undefined>>, noColor: boolean) {
    this.#streams = streams;
    this.color = !noColor && !env.NO_COLOR && env.TERM !== 'dumb' && streams.isTerminal(1);
  }

  /** A line of the result. */
  line(text: string): void {
    this.#streams.write(1, `${text}\n`);
  }

  /** Several lines of the result in one write. */
  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.#streams.write(1, `${lines.join('\n')}\n`);
  }

  /** One JSON document as the result. */
  json(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /**
   * Text of an agent as the result: as it is for a program that reads it, without escape sequences on a terminal, which
   * they could drive. Ends in a newline.
   */
  foreign(text: string): void {
    const shown = this.outputIsTerminal ? visible(text) : text;
    this.#streams.write(1, shown.endsWith('\n') ? shown : `${shown}\n`);
  }

  /** A line for the person beside the result. */
  note(text: string): void {
    this.#streams.write(2, `${visible(text)}\n`);
  }

  /** A text for stderr as it is. */
  error(text: string): void {
    this.#streams.write(2, text);
  }

  get inputIsTerminal(): boolean {
    return this.#streams.isTerminal(0);
  }

  get outputIsTerminal(): boolean {
    return this.#streams.isTerminal(1);
  }

  /** Columns to fit results into; null: there is no terminal, cut nothing. */
  get width(): number | null {
    return this.outputIsTerminal ? this.#streams.columns() : null;
  }

  readInput(limit: number): Promise<Uint8Array> {
    return this.#streams.readInput(limit);
  }
}

/** The process's own streams. */
export class ProcessStreams implements Streams {
  /** Descriptors that would have blocked once: in order, the rest goes through the stream. */
  readonly #streamed = new Set<1 | 2>();
  readonly #isatty: (descriptor: number) => boolean;

  /** `isatty`: node:tty's, handed in so that this module loads without it. */
  constructor(isatty: (descriptor: number) => boolean) {
    this.#isatty = isatty;
  }

  write(descriptor: 1 | 2, text: string): void {
    let bytes = Buffer.from(text);
    while (bytes.length > 0 && !this.#streamed.has(descriptor)) {
      try {
        bytes = bytes.subarray(writeSync(descriptor, bytes));
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EPIPE') throw new ReaderGone();
        if (code !== 'EAGAIN') throw error;
        this.#streamed.add(descriptor);
      }
    }
    if (bytes.length > 0) this.#stream(descriptor).write(bytes);
  }

  isTerminal(descriptor: 0 | 1 | 2): boolean {
    return this.#isatty(descriptor);
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
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
        process.exitCode = 0;
      });
    return stream;
  }
}
