/** The settings that count in a place: the layers of the files, read again when they change. */
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CustomAgent } from '../domain/definition.js';
import { withoutTrust } from '../domain/distrust.js';
import {
  type Hook,
  type HookName,
  type Layer,
  noSettings,
  type Role,
  type Settings,
} from '../domain/settings.js';
import type { Furnishing } from '../git/furnish.js';
import { Git } from '../git/git.js';
import { describeRepository } from '../git/repository.js';
import type { RoleView } from '../protocol.js';
import { readIfThere } from '../store/files.js';
import { parseSettings } from '../store/settings.js';
import { digestOf, loadTrust } from '../store/trust.js';
import type { Daemon } from './context.js';
import { ownEnvironment } from './environment.js';
import { coordinatorPrompt, MAIN_ROLE } from './system-prompt.js';

export interface PlaceSettings {
  /** Weakest first. */
  layers: Layer[];
  /** What of the repository's settings does not count yet, as its user has not allowed it; empty: all counts. */
  withheld: string[];
  /** The repository's file, whether it is there or not; null outside a repository. */
  file: string | null;
}

/** Files as they were parsed last, by path; told apart by what `stat` says, as settings are asked for at every prompt. */
const parsed = new Map<string, { stamp: string; value: unknown }>();

/**
 * What counts in this repository (null: outside one).
 * @throws KdlError with file, line and column for a mistake in a file, Failure for one that cannot be read
 */
export function settingsFor(daemon: Daemon, repo: string | null): PlaceSettings {
  const user = daemon.places.settings;
  const layers: Layer[] = [
    builtIn(daemon),
    { name: 'user settings', file: user, settings: load(user, false).settings },
  ];
  const file = repo === null ? null : repositoryFile(repo);
  if (file === null || isSame(file, user)) return { layers, withheld: [], file: null };
  const { text, settings } = load(file, true);
  const isTrusted = text === '' || trustOf(daemon).get(file) === digestOf(text);
  const counted = isTrusted ? { settings, withheld: [] } : withoutTrust(settings);
  layers.push({ name: 'project settings', file, settings: counted.settings });
  return { layers, withheld: counted.withheld, file };
}

/** Where a repository keeps its settings. */
export function repositoryFile(repo: string): string {
  return path.join(repo, '.actor', 'settings.kdl');
}

/** The allowed files and their digests. @throws KdlError */
export function trustOf(daemon: Daemon): Map<string, string> {
  return parsedOf(daemon.places.trust, () => loadTrust(daemon.places.trust));
}

/** What to tell a person of settings that do not count, as they are not yet allowed. */
export function noticesOf({ withheld, file }: Pick<PlaceSettings, 'withheld' | 'file'>): string[] {
  if (withheld.length === 0) return [];
  return [`not used until you allow it: ${withheld.join(', ')} of ${file} (actor trust)`];
}

/** The custom agent of this name in these layers; null: there is none. */
export function customAgentIn(layers: readonly Layer[], kind: string): CustomAgent | null {
  return strongest(layers, settings => settings.agents.get(kind));
}

/** The hook of this name in this repository; null: there is none. @throws as {@link settingsFor} */
export function hookFor(daemon: Daemon, repo: string | null, name: HookName): Hook | null {
  return strongest(settingsFor(daemon, repo).layers, settings => settings.hooks[name]);
}

/** What a new worktree of this repository gets. @throws as {@link settingsFor} */
export function furnishingFor(daemon: Daemon, repo: string | null): Furnishing {
  const { layers } = settingsFor(daemon, repo);
  return {
    copy: strongest(layers, ({ worktree }) => worktree.copy) ?? [],
    link: strongest(layers, ({ worktree }) => worktree.link) ?? [],
  };
}

/** The keys that the user has chosen, and not by default; with settings that cannot be read: none, and the log says so. */
export function keysFor(daemon: Daemon): Record<string, string | null> {
  try {
    return load(daemon.places.settings, false).settings.keys;
  } catch (error) {
    daemon.log('keys', error);
    return {};
  }
}

/** Does the user want desktop notifications? With settings that cannot be read: no, and the log says so. */
export function isNotifying(daemon: Daemon): boolean {
  try {
    return load(daemon.places.settings, false).settings.notify.desktop === true;
  } catch (error) {
    daemon.log('notify', error);
    return false;
  }
}

/** The layers that count for a session in this directory. @throws as {@link settingsFor} */
export async function layersIn(daemon: Daemon, dir: string): Promise<Layer[]> {
  const repository = await describeRepository(new Git(ownEnvironment()), dir);
  return settingsFor(daemon, repository?.root ?? null).layers;
}

/** The roles of these layers. */
export function rolesOf(layers: readonly Layer[]): RoleView[] {
  const names = new Set(layers.flatMap(({ settings }) => [...settings.roles.keys()]));
  return [...names].map(name => {
    const say = <T>(pick: (role: Role) => T | null | undefined) =>
      strongest(layers, ({ roles }) => {
        const role = roles.get(name);
        return role && pick(role);
      });
    const model = say(role => (Object.hasOwn(role.config, 'model') ? role.config.model : undefined));
    return {
      name,
      description: say(role => role.description),
      agent: say(role => role.agent),
      model: model === null ? null : String(model),
      coordinator: say(role => role.coordinator) ?? false,
      files: layers.flatMap(({ file, settings }) => (file && settings.roles.has(name) ? [file] : [])),
    };
  });
}

/** What the strongest layer says that says anything; null when that is `#null`, or none does. */
function strongest<T>(
  layers: readonly Layer[],
  pick: (settings: Settings) => T | null | undefined,
): T | null {
  return layers.map(layer => pick(layer.settings)).findLast(value => value !== undefined) ?? null;
}

/** The role of every main, which the user's `role "main"` changes value by value. */
function builtIn(daemon: Daemon): Layer {
  const main: Role = {
    description: 'Coordinates the other sessions',
    agent: undefined,
    prompt: coordinatorPrompt(daemon.agentPlaces),
    config: {},
    useSubscription: undefined,
    coordinator: true,
  };
  return { name: 'built in', file: null, settings: { ...noSettings(), roles: new Map([[MAIN_ROLE, main]]) } };
}

function load(file: string, isShared: boolean): { text: string; settings: Settings } {
  return parsedOf(file, () => {
    const text = readIfThere(file) ?? '';
    return { text, settings: parseSettings(text, file, isShared) };
  });
}

function parsedOf<T>(file: string, parse: () => T): T {
  const stamp = stampOf(file);
  const known = parsed.get(file);
  if (known?.stamp === stamp) return known.value as T;
  const value = parse();
  parsed.set(file, { stamp, value });
  return value;
}

function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : 'none';
}

/** In a home directory that is a repository, the user's file is not a repository's as well. */
function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
