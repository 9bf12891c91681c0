/** `actor config`: what a session is configured with, and where each value came from. */
import type { ConfigValue, Definition } from '../../domain/definition.js';
import type { ConfigEntry } from '../../protocol.js';
import { saveDefinition, takeInEdit } from '../definitions.js';
import { type Action, requireSession } from './action.js';

/** What {@link ConfigEntry.source} says of a value that this command has set. */
export const CHANGED_BY_HAND = 'actor config';

export const config: Action<'config'> = async (daemon, { request }) => {
  const { name, changes } = request.params;
  const session = requireSession(daemon, name);
  takeInEdit(daemon, session.definition.name);
  if (Object.keys(changes).length > 0) {
    daemon.ledger.commit([{ kind: 'defined', definition: changed(session.definition, changes) }]);
    saveDefinition(daemon, session.definition.name);
  }
  return {
    name: session.definition.name,
    entries: entriesOf(session.definition),
    running: session.launch !== null,
  };
};

function changed(definition: Definition, changes: Record<string, ConfigValue | null>): Definition {
  const config = { ...definition.config };
  const sources = { ...definition.sources };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) {
      delete config[key];
      delete sources[key];
    } else {
      config[key] = value;
      sources[key] = CHANGED_BY_HAND;
    }
  }
  return { ...definition, config, sources };
}

function entriesOf({ config, sources }: Definition): ConfigEntry[] {
  return Object.entries(config).map(([key, value]) => ({
    key,
    value,
    source: sources[key] ?? 'session file',
  }));
}
