/** A timer that many set and that rings once, at the earliest of their times. */
export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | null = null;
  #at = 0;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings after this time, in milliseconds, or earlier if it was to ring already. It keeps no process alive. */
  in(delay: number): void {
    const at = performance.now() + delay;
    if (this.#timer) {
      if (this.#at <= at) return;
      clearTimeout(this.#timer);
    }
    this.#at = at;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ring();
    }, delay).unref();
  }
}
