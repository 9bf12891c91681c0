/** Did you mean …? */

/**
 * The candidate nearest to what was typed, when it is near enough to be meant: at most two edits (insert, delete, replace,
 * swap of neighbours), at most one for three letters or fewer; or the only one that begins with it. Null when none is.
 */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const limit = typed.length <= 3 ? 1 : 2;
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== null || typed.length < 2) return best;
  const longer = candidates.filter(candidate => candidate.startsWith(typed));
  return longer.length === 1 ? longer[0]! : null;
}

/** Edits between two words; a swap of neighbours is one (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let edits = Math.min(
        rows[row - 1]![column]! + 1,
        current[column - 1]! + 1,
        rows[row - 1]![column - 1]! + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1])
        edits = Math.min(edits, rows[row - 2]![column - 2]! + 1);
      current.push(edits);
    }
    rows.push(current);
  }
  return rows[left.length]![right.length]!;
}
