/** Where Claude Code keeps its files. Pure. */

/** `CLAUDE_CONFIG_DIR`, else `~/.claude`, of the environment that claude was started with. */
export function configFolder(env: Record<string, string>): string {
  return env.CLAUDE_CONFIG_DIR || `${env.HOME ?? ''}/.claude`;
}

/** The transcript of a conversation that was begun in `dir`: created at the first prompt, not at the start. */
export function transcriptPath(env: Record<string, string>, dir: string, conversation: string): string {
  return `${configFolder(env)}/projects/${dir.replace(/[^a-zA-Z0-9]/g, '-')}/${conversation}.jsonl`;
}
