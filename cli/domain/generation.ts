/**
 * The daemons of a home are counted. `owner/<generation>` is the claim of one, and one that ends on purpose makes the next
 * number itself: the highest says how many came, and were meant to go.
 */

/** The highest generation among the names of the files of `owner`; 0: there was none. */
export function lastGeneration(names: readonly string[]): number {
  return names.reduce((last, name) => (/^\d+$/.test(name) ? Math.max(last, Number(name)) : last), 0);
}
