/** Terminals of persons that look at windows. */
import { randomUUID } from 'node:crypto';
import { listing } from './listing.js';
import { type Tmux, TmuxError } from './tmux.js';
import { TMUX_SESSION } from './window.js';

/**
 * argv for a person's terminal (its stdin, stdout, without `TMUX` in its environment): shows that window until the person
 * detaches. Each client has a tmux session of its own in actor's group, or all would change windows together; it
 * ends with its client (by the `client-detached` hook of templates/tmux.conf). Starts no server. Pure but for the name.
 */
export function attachArgv(tmux: Pick<Tmux, 'program' | 'socket'>, window: string): string[] {
  const session = `client-${randomUUID().slice(0, 8)}`;
  return [
    tmux.program,
    '-N',
    '-u',
    '-S',
    tmux.socket,
    'new-session',
    '-t',
    `=${TMUX_SESSION}`,
    '-s',
    session,
    ';',
    'select-window',
    '-t',
    `=${session}:${window}`,
  ];
}

export interface Client {
  /** tmux's name for it: its terminal's path. */
  name: string;
  /** Its own tmux session. */
  session: string;
  /** The window it shows, `@5`. */
  window: string;
  pid: number;
  width: number;
  height: number;
}

/**
 * The attached clients; without a server there are none.
 * @throws {TmuxError} of another kind than `no-server`.
 */
export async function listClients(tmux: Tmux): Promise<Client[]> {
  const fields =
    '#{client_pid}\t#{client_width}\t#{client_height}\t#{window_id}\t#{session_name}\t#{client_name}';
  const output = (await listing(tmux, ['list-clients', '-F', fields])) ?? '';
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [pid = '', width = '', height = '', window = '', session = '', ...name] = line.split('\t');
      return {
        name: name.join('\t'),
        session,
        window,
        pid: Number.parseInt(pid, 10),
        width: Number.parseInt(width, 10),
        height: Number.parseInt(height, 10),
      };
    });
}

/**
 * Every client that shows `from` shows `to` from now on. Returns those clients, as they were.
 * @throws {TmuxError} when `to` is not there.
 */
export async function moveClients(tmux: Tmux, from: string, to: string): Promise<Client[]> {
  const moved = (await listClients(tmux)).filter(client => client.window === from);
  await forEachClient(tmux, moved, ({ session }) => ['select-window', '-t', `=${session}:${to}`]);
  return moved;
}

/**
 * Detaches the clients that show this window, or all; no window ends by it. Returns them, as they were.
 * @throws {TmuxError}
 */
export async function detachClients(tmux: Tmux, which: { window?: string } = {}): Promise<Client[]> {
  const clients = (await listClients(tmux)).filter(
    ({ window }) => which.window === undefined || window === which.window,
  );
  await forEachClient(tmux, clients, ({ name }) => ['detach-client', '-t', name]);
  return clients;
}

/** One invocation for all; only when it fails one for each, as any client may have left since it was listed. */
async function forEachClient(
  tmux: Tmux,
  clients: Client[],
  command: (client: Client) => string[],
): Promise<void> {
  if (clients.length === 0) return;
  try {
    await tmux.runAll(clients.map(command));
  } catch (error) {
    if (!(error instanceof TmuxError) || error.kind !== 'failed') throw error;
    const there = new Set((await listClients(tmux)).map(client => client.name));
    for (const client of clients.filter(({ name }) => there.has(name))) await tmux.run(command(client));
  }
}
