/** Where codex keeps its files. Pure. */

/** `CODEX_HOME`, else `~/.codex`, of the environment that codex was started with. */
export function codexHome(env: Record<string, string>): string {
  return env.CODEX_HOME || `${env.HOME ?? ''}/.codex`;
}

/** The user's own configuration, whether it is there or not. */
export function configFile(env: Record<string, string>): string {
  return `${codexHome(env)}/config.toml`;
}
