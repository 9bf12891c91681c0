/**
 * From the layers of the settings to what one session is made with. Weakest to strongest (contract §8): built in, the user's
 * file, the repository's file, the role, the command line; `#null` cancels what is weaker. Pure.
 */
import type { ConfigValue } from './definition.js';
import { Failure } from './failure.js';
import type { Layer, Role, Said } from './settings.js';
import { nearest } from './suggest.js';

/** What the command line says. */
export interface Asked {
  agent: string | null;
  role: string | null;
  /** null cancels. */
  config: Readonly<Record<string, ConfigValue | null>>;
}

export interface Resolved {
  agent: string;
  prompt: string | null;
  coordinator: boolean;
  useSubscription: boolean;
  config: Record<string, ConfigValue>;
  /** Where each value came from, in words: the keys of `config`, and `agent`, `prompt`, `coordinator`, `use-subscription`. */
  sources: Record<string, string>;
}

/** A value and the layer that says it; the later ones are stronger. */
interface Saying<T> {
  value: Said<T>;
  source: string;
}

/** The agent of a person who has said nothing. */
const DEFAULT_AGENT = 'claude';

/**
 * @param mainAgent the kind of the main that the session belongs to, if there is one: weaker than any word of the settings
 * @throws Failure (exit 2) for a role that no layer has
 */
export function resolve(layers: readonly Layer[], asked: Asked, mainAgent: string | null): Resolved {
  const roles = asked.role === null ? [] : rolesOf(layers, asked.role);
  const sources: Record<string, string> = {};
  const take = <T>(key: string, sayings: readonly Saying<T>[]): T | null => {
    const strongest = sayings.findLast(({ value }) => value !== undefined);
    if (!strongest || strongest.value === null || strongest.value === undefined) return null;
    sources[key] = strongest.source;
    return strongest.value;
  };
  const roleSays = <T>(pick: (role: Role) => Said<T>) =>
    roles.map(({ role, source }) => ({ value: pick(role), source }));

  const roleAgent = take(
    'agent',
    roleSays(role => role.agent),
  );
  const settingsAgent = () =>
    take(
      'agent',
      layers.map(({ name, settings }) => ({ value: settings.defaultAgent, source: name })),
    );
  if (asked.agent !== null) sources.agent = 'command line';
  const agent = asked.agent ?? roleAgent ?? settingsAgent() ?? mainAgent ?? DEFAULT_AGENT;
  sources.agent ??= mainAgent === null ? 'built in' : 'the agent of main';

  const defaultsSay = layers.flatMap(({ name, settings }) => {
    const defaults = settings.defaults.get(agent);
    return defaults ? [{ defaults, source: name }] : [];
  });
  const useSubscription = take('use-subscription', [
    ...defaultsSay.map(({ defaults, source }) => ({ value: defaults.useSubscription, source })),
    ...roleSays(role => role.useSubscription),
  ]);
  const configs = [
    ...defaultsSay.map(({ defaults, source }) => ({ config: defaults.config, source })),
    ...roles.map(({ role, source }) => ({ config: role.config, source })),
    { config: asked.config, source: 'command line' },
  ];
  const config: Record<string, ConfigValue> = {};
  for (const key of new Set(configs.flatMap(each => Object.keys(each.config)))) {
    const value = take(
      key,
      configs.map(each => ({
        value: Object.hasOwn(each.config, key) ? each.config[key] : undefined,
        source: each.source,
      })),
    );
    if (value !== null) config[key] = value;
  }
  return {
    agent,
    prompt: take(
      'prompt',
      roleSays(role => role.prompt),
    ),
    coordinator:
      take(
        'coordinator',
        roleSays(role => role.coordinator),
      ) ?? false,
    useSubscription: useSubscription ?? false,
    config,
    sources,
  };
}

/** The same role in every layer that has it. @throws Failure when none has */
function rolesOf(layers: readonly Layer[], name: string): { role: Role; source: string }[] {
  const found = layers.flatMap(layer => {
    const role = layer.settings.roles.get(name);
    return role ? [{ role, source: `role ${name} (${layer.name})` }] : [];
  });
  if (found.length > 0) return found;
  const known = [...new Set(layers.flatMap(({ settings }) => [...settings.roles.keys()]))];
  const meant = nearest(name, known);
  throw new Failure(2, `no role ${JSON.stringify(name)}`, meant ? `did you mean ${meant}?` : 'actor roles');
}
