/** Did you mean …? Pure. */

/**
 * The candidate that was probably meant: the only one that begins with what was typed (two letters or more), else the nearest
 * of those at most two edits away (insert, delete, replace, swap of neighbours; one for three letters or fewer). Or null.
 */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const longer = candidates.filter(candidate => candidate.startsWith(typed));
  if (typed.length >= 2 && longer.length === 1) return longer[0]!;
  let best: string | null = null;
  let bestDistance = typed.length <= 3 ? 2 : 3;
  for (const candidate of candidates) {
    // So many edits at least; and what was typed may be 100 KB long.
    if (Math.abs(typed.length - candidate.length) >= bestDistance) continue;
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
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
