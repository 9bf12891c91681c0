/** What git says of some references, all in one process. */
import type { Git } from './git.js';

export interface Reference {
  /** What it points at: a commit, or of an annotated tag the tag itself. */
  id: string;
  shortId: string;
  /** The first line of that commit's message, as `git log --format=%s` has it. */
  subject: string;
  /** `origin/main`; empty where none is set. */
  upstream: string;
}

/**
 * The references among these that there are, by their full names (`refs/heads/main`), which hold no wildcards. How far one
 * is behind its upstream is not asked: in a large repository that takes long.
 */
export async function readReferences(
  git: Git,
  dir: string,
  names: string[],
): Promise<Map<string, Reference>> {
  const fields = ['refname', 'objectname', 'objectname:short', 'upstream:short', 'contents:subject'];
  const format = fields.map(field => `%(${field})`).join('%00');
  const output = await git.run(dir, ['for-each-ref', `--format=${format}`, ...names]);
  const found = output.split('\n').map(line => {
    const [name = '', id = '', shortId = '', upstream = '', subject = ''] = line.split('\0');
    return [name, { id, shortId, upstream, subject }] as const;
  });
  // A name stands for all that is below it, too.
  return new Map(found.filter(([name]) => names.includes(name)));
}
