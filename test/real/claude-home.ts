/** A HOME in which the real claude starts without a dialog and talks to a stub. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Made up; claude keeps the last 20 characters of an approved key, so of this one all. */
export const STUB_KEY = 'sk-ant-stub-000';

export interface ClaudeHomeOptions {
  /** Absolute directories to trust; the root of a repository covers its linked worktrees. */
  trust?: string[];
  /** Approve {@link STUB_KEY}; true unless given. Without, claude asks at its start. */
  approveKey?: boolean;
  /** `~/.claude/settings.json`. */
  settings?: Record<string, unknown>;
}

/** Writes `.claude.json` (and settings) into `home`; without it claude asks api.anthropic.com, and exits 1 when it cannot. */
export async function makeClaudeHome(home: string, options: ClaudeHomeOptions = {}): Promise<void> {
  const approved = options.approveKey === false ? [] : [STUB_KEY];
  const projects = Object.fromEntries(
    (options.trust ?? []).map(folder => [folder, { hasTrustDialogAccepted: true }]),
  );
  const state = { hasCompletedOnboarding: true, customApiKeyResponses: { approved, rejected: [] }, projects };
  await mkdir(join(home, '.claude'), { recursive: true });
  await writeFile(join(home, '.claude.json'), JSON.stringify(state));
  if (options.settings)
    await writeFile(join(home, '.claude', 'settings.json'), JSON.stringify(options.settings));
}

/** The environment for a claude that talks to the stub at `url` and to nobody else. */
export function claudeEnvironment(home: string, url: string): Record<string, string> {
  return {
    HOME: home,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: STUB_KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    // Lets root use --dangerously-skip-permissions, without which every Bash call would ask: the stub cannot judge them.
    IS_SANDBOX: '1',
  };
}
