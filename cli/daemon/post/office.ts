/** What each door asks of the post office. */
import type { Delivery } from '../../domain/world.js';

export interface Office {
  /** Hands this out again; `certain`: nobody can have seen it. */
  withdraw(delivery: Delivery, certain: boolean): void;
  /** Looks at all deliveries again after this time, in milliseconds. */
  again(delay: number): void;
}
