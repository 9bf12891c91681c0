/** One real claude in a window, started just as the adapter says. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claude } from '../../cli/agents/claude.js';
import { definitionOf } from '../helpers/definition.js';
import { packageRoot } from '../helpers/root.js';
import { eventually } from '../helpers/wait.js';
import { type AgentWindow, newLaunch, openWindow } from './agent-window.js';

export interface ClaudeWindow extends AgentWindow {
  state(): Record<string, unknown> | null;
  stateIs(...statuses: string[]): Promise<void>;
}

export interface WindowOptions {
  /** A short folder for everything; the socket of tmux is `<root>/t`. */
  root: string;
  dir: string;
  env: Record<string, string>;
  args?: string[];
  name?: string;
}

/** Starts claude in a window of its own; use {@link ClaudeWindow.stateIs} to wait until it is ready. */
export function openClaude({ root, dir, env, args = [], ...options }: WindowOptions): ClaudeWindow {
  const { launch, folder, home } = newLaunch(root);
  const name = options.name ?? launch;
  const plan = claude.launch({
    definition: definitionOf({ name, dir, args }),
    places: { home, hooks: join(packageRoot, 'hooks'), templates: join(packageRoot, 'templates'), mcp: [] },
    launch,
    folder,
    env,
    resume: false,
    begun: false,
    prompt: null,
    systemPrompt: null,
    files: {},
  });
  for (const file of plan.files) writeFileSync(file.path, file.content, { mode: 0o600 });
  const window = openWindow({ root, dir, launch, name, argv: plan.argv, env: { ...env, ...plan.env } });
  const state = () => {
    try {
      const path = join(env.HOME ?? '', '.claude', 'sessions', `${window.pid}.json`);
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    } catch {
      return null;
    }
  };
  return {
    ...window,
    state,
    async stateIs(...statuses) {
      await eventually(
        () => String(state()?.status),
        status => statuses.includes(status),
        { describe: () => window.screen() },
      );
    },
  };
}
