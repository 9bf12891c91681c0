/** The tool `discard`: end sessions and remove their worktrees. */
import { discardLine, trashLine } from '../../texts/discard.js';
import { flag, inputOf, SESSION_NAMES } from '../schema.js';
import type { Tool } from '../tool.js';

export const discard: Tool = {
  name: 'discard',
  description:
    'End sessions whose work is done and kept elsewhere, and remove their worktrees; branches stay, and are returned with ' +
    'their last commit. Refuses, and says what it found, when work would be lost.',
  kind: 'ends',
  input: inputOf(
    {
      names: SESSION_NAMES,
      force: flag(
        "Even with unsaved work (a copy is kept for 7 days). Only with the user's word for these sessions",
      ),
    },
    ['names'],
  ),
  async call(args, caller) {
    const results = await caller.ask('discard', { names: args.names('names'), force: args.flag('force') });
    for (const result of results) {
      const where = trashLine(result);
      if (where !== null) caller.notice(where);
    }
    const discarded = results.map(({ name, branch, commit, worktree }) => ({
      name,
      branch,
      commit,
      worktree,
    }));
    return { content: { discarded }, lines: results.map(discardLine) };
  },
};
