/** What `settings.kdl` can say (contract §8), and what the layers of it come to. Pure data; reading is in store/, merging in resolve.ts. */
import type { ConfigValue, CustomAgent } from './definition.js';

/** A program's lifecycle hooks, as they are called in the file. */
export const HOOK_NAMES = ['on-start', 'before-run', 'after-run', 'on-discard'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** One `sh -c` command line. */
export interface Hook {
  command: string;
  /** In milliseconds. */
  timeout: number;
}

/** Unless the file says otherwise, in milliseconds. */
export const HOOK_TIMEOUT = 60_000;

/** What a key of the window can do; `menu`, `quit` (detach), `main`, and the windows by number. */
export const KEY_NAMES = [
  'menu',
  'quit',
  'main',
  ...Array.from({ length: 9 }, (_, index) => `window-${index + 1}`),
] as const;

/** `undefined`: not said here. `null`: `#null`, which cancels what a weaker layer says. */
export type Said<T> = T | null | undefined;

/** `defaults "claude" { … }`: for every session with this agent. */
export interface AgentDefaults {
  config: Record<string, ConfigValue | null>;
  useSubscription: Said<boolean>;
}

/** `role "reviewer" { … }` */
export interface Role {
  description: Said<string>;
  agent: Said<string>;
  /** Identity: the system prompt. */
  prompt: Said<string>;
  config: Record<string, ConfigValue | null>;
  useSubscription: Said<boolean>;
  coordinator: Said<boolean>;
}

/** What one file says. */
export interface Settings {
  defaultAgent: Said<string>;
  defaults: Map<string, AgentDefaults>;
  roles: Map<string, Role>;
  agents: Map<string, CustomAgent>;
  hooks: Partial<Record<HookName, Hook | null>>;
  worktree: { copy: Said<string[]>; link: Said<string[]> };
  /** Names of tmux keys by what they do; `null` gives the key back to the agent. */
  keys: Record<string, string | null>;
  notify: { desktop: Said<boolean> };
}

/** A file without a word in it. */
export function noSettings(): Settings {
  return {
    defaultAgent: undefined,
    defaults: new Map(),
    roles: new Map(),
    agents: new Map(),
    hooks: {},
    worktree: { copy: undefined, link: undefined },
    keys: {},
    notify: { desktop: undefined },
  };
}

/** A layer and where it stands; weakest first in every list of layers. */
export interface Layer {
  /** In words, as `actor config` shows it: `user settings`, `project settings`. */
  name: string;
  /** The file; null for what is built in. */
  file: string | null;
  settings: Settings;
}
