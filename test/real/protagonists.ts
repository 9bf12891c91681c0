/** Who is told of events in {@link tellRandomly}. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActorEvent } from '../../cli/protocol.js';
import type { RealAgent } from './install.js';
import type { Protagonist } from './random-crowd.js';
import { type Stage, UNASKED } from './stage.js';

/** The arguments with which a main asks before it does what its stub wants to do. */
const ASKING: Record<RealAgent, readonly string[]> = {
  claude: ['--permission-mode', 'manual'],
  codex: ['--sandbox', 'workspace-write', '--ask-for-approval', 'on-request'],
};

/** A main: killed, it begins a new conversation. */
export function main(agent: RealAgent): Protagonist {
  const start = async (stage: Stage) => {
    const { length } = await ends(stage);
    await stage.actor('--detach', agent, ...ASKING[agent], 'REPLY:here');
    await stage.eventually(
      () => ends(stage),
      found => found.length > length,
    );
  };
  return {
    agent,
    name: 'main',
    states: ['idle', 'working', 'draft', 'dialog', 'interrupted', 'failed', 'killed'],
    start,
    restart: start,
  };
}

async function ends(stage: Stage): Promise<ActorEvent[]> {
  return (await stage.events()).filter(
    ({ session, type }) => session === 'main' && (type === 'completed' || type === 'failed'),
  );
}

/** A session that coordinates: killed, it goes on with its conversation. */
export function coordinator(agent: RealAgent): Protagonist {
  return {
    agent,
    name: 'boss',
    states: ['idle', 'working', 'draft', 'interrupted', 'killed'],
    async start(stage) {
      await mkdir(stage.arena.actorHome, { recursive: true, mode: 0o700 });
      await writeFile(join(stage.arena.actorHome, 'settings.kdl'), 'role "lead" { coordinator #true }\n');
      await stage.start('boss', 'REPLY:here', { config: [...UNASKED[agent], '--role', 'lead'] });
      await stage.event('boss', 'completed');
    },
    restart: stage => stage.actor('run', 'boss', 'REPLY:resumed', '--wait').then(() => {}),
  };
}
