/** The same endings, told by nothing but what Claude Code documents: its hooks, and its transcript. */
import test from 'ava';
import { withCrowd } from '../crowd.js';

test('without state file and inbox, main is told at its next turn, each ending once', withCrowd, {
  documentedOnly: true,
});
