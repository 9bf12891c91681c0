/** Names for a notice: the first few of them, and how many there were. */
import { type Bytes, toText } from './bytes.js';

/** So many names stand in a notice. */
const SHOWN = 3;

export class Names {
  readonly #shown: Bytes[] = [];
  #count = 0;

  add(name: Bytes): void {
    this.#count++;
    if (this.#shown.length < SHOWN) this.#shown.push(name);
  }

  addAll(names: Bytes[]): void {
    for (const name of names) this.add(name);
  }

  /** `what` and the names; '' when there are none. */
  line(what: string): string {
    if (this.#count === 0) return '';
    const more = this.#count > SHOWN ? ` and ${this.#count - SHOWN} more` : '';
    return `${what} ${this.#shown.map(toText).join(', ')}${more}`;
  }

  /** From one thread to another. */
  get data(): NamesData {
    return { shown: this.#shown, count: this.#count };
  }

  take({ shown, count }: NamesData): void {
    this.addAll(shown);
    this.#count += count - shown.length;
  }
}

export interface NamesData {
  shown: Bytes[];
  count: number;
}
