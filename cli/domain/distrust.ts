/**
 * What of a repository's settings counts before its owner's word (`actor trust`): nothing that runs a program, or lets an agent
 * run one. The contract names hooks, agents and commands; values of `config` become an agent's own options, by which a
 * program can be named (`mcp-config`) or a guard lifted (`permission-mode`), so of those only the harmless ones count. Pure.
 */
import type { ConfigValue } from './definition.js';
import { HOOK_NAMES, type Settings } from './settings.js';

/** Keys of `config` that choose among models, and nothing else. */
const HARMLESS = new Set(['model', 'effort']);

/** The settings without what needs trust, and the names of what was left out, as a person finds them in the file. */
export function withoutTrust(settings: Settings): { settings: Settings; withheld: string[] } {
  const withheld: string[] = [];
  const harmless = (config: Record<string, ConfigValue | null>, where: string) =>
    Object.fromEntries(
      Object.entries(config).filter(([key]) => {
        // Not even `#null`: it would cancel what the person has set against their agent's own default.
        const counts = HARMLESS.has(key);
        if (!counts) withheld.push(`config ${key} of ${where}`);
        return counts;
      }),
    );
  for (const name of HOOK_NAMES) if (settings.hooks[name]) withheld.push(`hook ${name}`);
  for (const name of settings.agents.keys()) withheld.push(`agent ${name}`);
  if (settings.defaultAgent) withheld.push('default-agent');
  const defaults = new Map(
    [...settings.defaults].map(([agent, each]) => [
      agent,
      { ...each, config: harmless(each.config, `defaults ${agent}`) },
    ]),
  );
  const roles = new Map(
    [...settings.roles].map(([name, role]) => {
      if (role.agent) withheld.push(`agent of role ${name}`);
      return [name, { ...role, agent: undefined, config: harmless(role.config, `role ${name}`) }];
    }),
  );
  return {
    settings: { ...settings, hooks: {}, agents: new Map(), defaultAgent: undefined, defaults, roles },
    withheld,
  };
}
