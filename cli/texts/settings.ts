/** A session's configuration, and roles, as tables. */
import { type Cell, renderTable } from '../client/table.js';
import { writeValue } from '../client/values.js';
import { oneLine } from '../client/width.js';
import type { ConfigEntry, RoleView } from '../protocol.js';

/** Key, value as it is typed, and where it came from. `width` as for {@link renderTable}. */
export function configLines(entries: readonly ConfigEntry[], width: number | null): string[] {
  if (entries.length === 0) return [];
  return table(
    ['KEY', 'VALUE', 'SOURCE'],
    entries.map(({ key, value, source }) => [key, writeValue(value), source]),
    width,
  );
}

/** A change of a session whose agent runs has no effect on that. */
export function restartLine(name: string): string {
  return `${name} runs: this counts from its agent's next start`;
}

/** A role a line; columns that no role uses are left out. */
export function roleLines(roles: readonly RoleView[], width: number | null): string[] {
  if (roles.length === 0) return [];
  return table(
    ['ROLE', 'AGENT', 'MODEL', '', 'DESCRIPTION'],
    roles.map(({ name, agent, model, coordinator, description }) => [
      name,
      agent ?? '',
      model ?? '',
      coordinator ? 'coordinates' : '',
      description ?? '',
    ]),
    width,
  );
}

function table(head: readonly string[], rows: readonly string[][], width: number | null): string[] {
  // A column's head alone does not make the column worth its place.
  const used = head.map((_, column) => rows.some(row => row[column] !== ''));
  const cells = [head.map((text, column) => (used[column] ? text : '')), ...rows];
  return renderTable(
    cells.map(row => row.map((text): Cell => ({ text: oneLine(text) }))),
    width,
  );
}
