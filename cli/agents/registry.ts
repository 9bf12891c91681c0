/** The kinds of agents there are. */
import type { Agent } from './agent.js';
import { claude } from './claude.js';
import { codex } from './codex.js';
import { shell } from './shell.js';

export const agents: Readonly<Record<string, Agent>> = { claude, codex, shell };
