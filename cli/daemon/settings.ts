/** The settings that count in a place: the files' layers, read again when they change. */
import { type Hook, type HookName, type Layer, noSettings } from '../domain/settings.js';
import type { RoleView } from '../protocol.js';
import { loadSettings } from '../store/settings.js';
import type { Daemon } from './context.js';

/** Layers for a repository (null: outside one), weakest first. @throws SettingsError with file, line and column */
export function layersFor(daemon: Daemon, _repo: string | null): Layer[] {
  const { hooks = {} } = loadSettings(daemon.places.settings).settings;
  return [
    { name: 'built in', file: null, settings: noSettings() },
    { name: 'user settings', file: daemon.places.settings, settings: { ...noSettings(), hooks } },
  ];
}

/** The hook of this name in this repository; null: there is none. @throws as {@link layersFor} */
export function hookFor(daemon: Daemon, repo: string | null, name: HookName): Hook | null {
  return (
    layersFor(daemon, repo).findLast(layer => layer.settings.hooks[name] !== undefined)?.settings.hooks[
      name
    ] ?? null
  );
}

/** What a new worktree of this repository is furnished with. @throws as {@link layersFor} */
export function furnishingFor(daemon: Daemon, repo: string | null): { copy: string[]; link: string[] } {
  const strongest = (key: 'copy' | 'link') =>
    layersFor(daemon, repo).findLast(layer => layer.settings.worktree[key] !== undefined)?.settings.worktree[
      key
    ] ?? [];
  return { copy: strongest('copy'), link: strongest('link') };
}

/** The roles that a session in this directory could have. */
export async function rolesIn(_daemon: Daemon, _dir: string): Promise<RoleView[]> {
  return [];
}
