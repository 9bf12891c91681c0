/**
 * The whole terminal for a picture that changes in place. It is drawn over, never cleared, so nothing flickers; whatever ends
 * the process, the terminal is as it was.
 */
/** The alternate screen, no cursor, no wrapping (a terminal may think a character wider than we do), no frame half drawn. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[?2026h\x1b[H';
const END = '\x1b[J\x1b[?2026l';
const END_OF_LINE = '\x1b[K';

/** Signals that would end us with the terminal as it is. */
const ENDS = ['SIGTERM', 'SIGHUP'] as const;

export class FullScreen {
  readonly #draw: () => readonly string[];
  #shown = '';
  #isOpen = false;
  #leftByKey: () => void = () => {};
  /** Resolves when the person leaves it by `q` or Esc. */
  readonly left = new Promise<void>(resolve => {
    this.#leftByKey = resolve;
  });

  /** `draw`: the lines as they are now: shorter than the terminal is wide (the end of a full line would be erased), no more than it has rows. */
  constructor(draw: () => readonly string[]) {
    this.#draw = draw;
  }

  get rows(): number {
    return process.stdout.rows || 24;
  }

  open(): void {
    this.#enter();
    process.on('exit', this.#leave);
    for (const signal of ENDS) process.on(signal, this.#end);
    process.on('SIGCONT', this.#enter);
    process.stdout.on('resize', this.redraw);
    if (process.stdin.isTTY) process.stdin.on('data', this.#key);
  }

  close(): void {
    process.stdin.off('data', this.#key);
    process.stdout.off('resize', this.redraw);
    process.off('SIGCONT', this.#enter);
    for (const signal of ENDS) process.off(signal, this.#end);
    process.off('exit', this.#leave);
    this.#leave();
  }

  /** Draws what changed since; nothing is written when nothing did. */
  readonly redraw = (): void => {
    if (!this.#isOpen) return;
    const text = this.#draw()
      .map(line => `${line}${END_OF_LINE}`)
      .join('\r\n');
    // After a change of size the terminal may have moved what stood there.
    const frame = `${process.stdout.columns} ${this.rows} ${text}`;
    if (frame === this.#shown) return;
    this.#shown = frame;
    process.stdout.write(`${HOME}${text}${END}`);
  };

  readonly #enter = (): void => {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#shown = '';
    // Else what is typed would stand in the picture.
    if (process.stdin.isTTY) process.stdin.setRawMode(true).resume();
    process.stdout.write(ENTER);
    this.redraw();
  };

  readonly #leave = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.stdout.write(LEAVE);
    if (process.stdin.isTTY) process.stdin.setRawMode(false).pause();
  };

  readonly #end = (signal: NodeJS.Signals): void => {
    this.close();
    process.kill(process.pid, signal);
  };

  /** The terminal in raw mode sends keys, no signals. */
  readonly #key = (data: Buffer): void => {
    const keys = data.toString('latin1');
    if (keys.includes('\x03')) process.kill(process.pid, 'SIGINT');
    else if (keys.includes('\x1a')) {
      this.#leave();
      process.kill(process.pid, 'SIGSTOP');
    } else if (keys === 'q' || keys === '\x1b') {
      this.close();
      this.#leftByKey();
    }
  };
}
