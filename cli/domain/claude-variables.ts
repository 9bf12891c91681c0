/** Which variables a running claude sets for its children, and what must not be handed on with them. Pure. */

/**
 * What a running claude sets for its children (2.1.330): a session made from inside its Bash tool or its MCP servers must not
 * take itself for a part of that claude: with CLAUDE_CODE_CHILD_SESSION it would write neither transcript nor state file. The
 * variables of the person's account and provider stay.
 */
const PARENT_VARIABLES = [
  'AI_AGENT',
  'CLAUDECODE',
  'CLAUDE_CODE_CHILD_NOTES_DIR',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_EXECPATH',
  'CLAUDE_CODE_MESSAGING_SOCKET',
  'CLAUDE_CODE_MESSAGING_TOKEN',
  'CLAUDE_CODE_SESSION_ATTENDED',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_SESSION_NAME',
  'CLAUDE_EFFORT',
  'CLAUDE_ENV_FILE',
  'CLAUDE_PID',
  'CLAUDE_PROJECT_DIR',
];

/** The names of these in an environment. Claude sets GIT_EDITOR=true for its children; a person's own value stays. */
export function claudeChildVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  return env.CLAUDECODE && env.GIT_EDITOR === 'true' ? [...PARENT_VARIABLES, 'GIT_EDITOR'] : PARENT_VARIABLES;
}
