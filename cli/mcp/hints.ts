/** The hints of errors name commands; here they name the tool that does the same. Pure. */

/** What must not be done as the command says it, in a tool's place. The first that fits counts. */
const OTHERWISE: readonly (readonly [RegExp, string])[] = [
  [/actor discard --force \S+$/, 'ask the user; only with their word: discard with force: true'],
  [/^actor new --no-worktree\b.*$/, 'new with worktree: false'],
  [/^(actor attach .*)$/, 'a person can look: $1'],
  [/^actor wait \S+$/, 'call again once its completion has come, by itself'],
  [/^actor new (\S+) "(.*)"$/, 'new with name: "$1", prompt: "$2"'],
  [/^actor run (\S+) "(.*)"$/, 'run with name: "$1", prompt: "$2"'],
  [/^actor new (\S+)$/, 'new with name: "$1"'],
  [/^actor list$/, 'list'],
  [/^actor (run|show|queue|config) (\S+)$/, '$1 with name: "$2"'],
  [/^--(\w+) (\S+)$/, '$1: $2'],
];

/** `actor run fix` → `run with name: "fix"`. What no tool does stays a command. */
export function toolHint(hint: string): string {
  for (const [pattern, replacement] of OTHERWISE)
    if (pattern.test(hint)) return hint.replace(pattern, replacement);
  return hint;
}
