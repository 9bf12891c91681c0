/**
 * The streams of a command: results to stdout, everything else to stderr, and what kind of terminal there is.
 */
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
  /** Writes all of it; of a result that nobody takes it throws {@link ReaderGone}, or why. Standard error may go nowhere. */
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
  /** The locale has no UTF-8: marks of ours are ASCII, also for a reader behind a pipe. */
  readonly ascii: boolean;

  /** `noColor`: the option; the environment and the terminal have their say too. */
  constructor(streams: Streams, env: Readonly<Record<string, string | undefined>>, noColor: boolean) {
    this.#streams = streams;
    this.color = !noColor && !env.NO_COLOR && env.TERM !== 'dumb' && streams.isTerminal(1);
    const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
    this.ascii = !/utf-?8/i.test(locale);
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
