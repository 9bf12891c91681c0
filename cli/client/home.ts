/** Where everything of one world of actor's is: `$ACTOR_HOME`. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../domain/failure.js';
import { EXIT } from '../protocol.js';

/** The longest path of a unix socket in bytes: `sun_path` of unix(7) has 108, one of them ends it. */
export const SOCKET_PATH_LIMIT = 107;

export interface Home {
  /** Absolute. */
  path: string;
  /** Holds the id of the daemon's process. */
  daemonPid: string;
  /** A file for the last daemon, named by its generation. */
  owner: string;
  /** The daemon's socket. */
  socket: string;
  /** The tmux server's socket. */
  tmuxSocket: string;
  /** Where a daemon that cannot start says why. */
  daemonErrors: string;
}

/**
 * The home that this environment names; `~/.actor` when it names none. Touches nothing.
 * @throws Failure (exit 2) when its sockets' paths would be too long.
 */
export function findHome(env: Readonly<Record<string, string | undefined>>, cwd: string): Home {
  const path = env.ACTOR_HOME ? resolve(cwd, env.ACTOR_HOME) : join(env.HOME || homedir(), '.actor');
  const socket = join(path, 'daemon.sock');
  const bytes = Buffer.byteLength(socket);
  if (bytes > SOCKET_PATH_LIMIT)
    throw new Failure(
      EXIT.usage,
      `ACTOR_HOME is too long for a unix socket: ${socket} has ${bytes} bytes, ${SOCKET_PATH_LIMIT} are possible`,
      'ACTOR_HOME=/tmp/actor actor …',
    );
  return {
    path,
    daemonPid: join(path, 'daemon.pid'),
    owner: join(path, 'owner'),
    socket,
    tmuxSocket: join(path, 'tmux.sock'),
    daemonErrors: join(path, 'daemon.err'),
  };
}
