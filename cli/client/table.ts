/** Rows of text as aligned columns. */
import { displayWidth, pad, truncate } from './width.js';

/** A cell: plain text (no escapes), and how to colour it once its width is known. */
export interface Cell {
  text: string;
  paint?: ((text: string) => string) | undefined;
}

/**
 * Aligned lines, two spaces between columns, no blanks at their ends; a column that is empty in every row is left out.
 * `width`: cut the last column so that no line is longer (null: cut nothing).
 */
export function renderTable(rows: readonly (readonly Cell[])[], width: number | null): string[] {
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map(row => displayWidth(row[column]?.text ?? ''))),
  );
  const used = [...widths.keys()].filter(column => widths[column]! > 0);
  const last = used.at(-1);
  return rows.map(row => {
    let line = '';
    let taken = 0;
    for (const column of used) {
      const cell = row[column] ?? { text: '' };
      const gap = taken > 0 ? '  ' : '';
      const room = width === null ? Number.POSITIVE_INFINITY : width - taken - gap.length;
      if (room < 1) break;
      const text = truncate(cell.text, column === last ? room : Math.min(room, widths[column]!));
      line += gap + (cell.paint ? cell.paint(text) : text);
      if (column !== last && room > widths[column]!) line += pad('', widths[column]! - displayWidth(text));
      taken += gap.length + widths[column]!;
    }
    return line.trimEnd();
  });
}
