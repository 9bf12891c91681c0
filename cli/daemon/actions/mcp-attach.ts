/** A session's `actor mcp` connects: from now on it is the door by which events enter that agent. */
import { Failure } from '../../domain/failure.js';
import { EXIT } from '../../protocol.js';
import type { McpDoor } from '../context.js';
import { type Action, requireSession, untilGone } from './action.js';

export const mcpAttach: Action<'mcp-attach'> = async (daemon, { request, item, onLine, signal }) => {
  const { session: name, socket, pid } = request.params;
  const session = requireSession(daemon, name);
  if (!session.launch) throw new Failure(EXIT.failed, `no agent runs in ${name}`);
  const door: McpDoor = {
    session: session.definition.name,
    pid,
    isOpen: socket !== null,
    hand: (token, text) => item({ token, text }),
  };
  daemon.doors.set(door.session, door);
  onLine(line => {
    const { refused, why } = line as { refused?: unknown; why?: unknown };
    if (typeof refused === 'string')
      daemon.refused(refused, typeof why === 'string' ? why : 'no reason given');
  });
  if (door.isOpen) daemon.poke.deliveries();
  await untilGone(signal);
  if (daemon.doors.get(door.session) === door) daemon.doors.delete(door.session);
  return {};
};
