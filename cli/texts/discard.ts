/** What a discard took away, and what it left. */
import type { Methods } from '../protocol.js';

type Discarded = Methods['discard']['result'][number];

/** `discarded fix; branch fix (2f9c00000000) is kept` */
export function discardLine({ name, branch, commit }: Discarded): string {
  // Without a commit there is none: it was deleted, or its repository is gone.
  const kept = branch && commit ? `; branch ${branch} (${commit.slice(0, 12)}) is kept` : '';
  return `discarded ${name}${kept}`;
}

/** Where what was taken away can be found; null when nothing was. */
export function trashLine({ trash }: Discarded): string | null {
  return trash ? `kept for 7 days: ${trash}` : null;
}
