/** A HOME in which the real codex starts without a dialog and talks to a stub. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CodexHomeOptions {
  /** The stub's address; without, there is no provider and codex asks for a login. */
  url?: string;
  /** How often a failed request is tried again; unless given, codex tries for half a minute. */
  retries?: number;
  /** Absolute paths of repositories to trust; each covers its linked worktrees. */
  trust?: string[];
}

/** Writes `.codex/config.toml` into `home`. */
export async function makeCodexHome(home: string, options: CodexHomeOptions = {}): Promise<void> {
  const provider = ['model = "stub-model"', 'model_provider = "stub"'];
  const stub = [
    '[model_providers.stub]',
    'name = "stub"',
    `base_url = "${options.url}/v1"`,
    'wire_api = "responses"',
    'env_key = "STUB_KEY"',
    ...(options.retries === undefined
      ? []
      : [`request_max_retries = ${options.retries}`, `stream_max_retries = ${options.retries}`]),
  ];
  const lines = [
    ...(options.url ? provider : []),
    'check_for_update_on_startup = false',
    ...(options.url ? stub : []),
    ...(options.trust ?? []).flatMap(folder => [
      `[projects.${JSON.stringify(folder)}]`,
      'trust_level = "trusted"',
    ]),
    // Without these a screen of codex never comes to rest, and no two look the same.
    '[tui]',
    'animations = false',
    'show_tooltips = false',
  ];
  await mkdir(join(home, '.codex'), { recursive: true });
  await writeFile(join(home, '.codex', 'config.toml'), `${lines.join('\n')}\n`);
}

/** The environment for a codex that talks to the stub that its home names, and to nobody else. */
export function codexEnvironment(home: string): Record<string, string> {
  return { HOME: home, STUB_KEY: 'made-up' };
}
