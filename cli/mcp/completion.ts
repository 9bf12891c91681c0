/** What an agent is told about the end of the work that it has just given out. Pure. */

/** Of a session that was made: its parent is told. */
export function newNote(parent: string | null, caller: string | null): string {
  if (parent === null) return 'it has no parent, so nobody is told of its completion: look with show';
  return arrives(parent === caller ? '' : ` to ${parent}`);
}

/** Of a session that was there: most likely the caller made it. */
export function runNote(caller: string | null): string {
  return arrives(caller === null ? ' to its parent' : '');
}

function arrives(whom: string): string {
  return `its completion will arrive${whom} by itself as an <actor-event> message: do not wait or poll for it`;
}
