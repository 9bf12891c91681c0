/** Terminals of persons that look at windows. */
import { randomUUID } from 'node:crypto';
import { listing } from './listing.js';
import { type Tmux, TmuxError } from './tmux.js';
import { TMUX_SESSION } from './window.js';

/** What the terminal of a client can show. */
export interface Terminal {
  /** Its locale has no UTF-8: marks are ASCII. */
  ascii?: boolean;
  /** No colours are wanted. */
  plain?: boolean;
  /** It shows colours of 24 bits, whatever it is called. */
  trueColor?: boolean;
  /** It is in another tmux: says how to leave. */
  nested?: boolean;
}

/**
 * argv for a person's terminal (its stdin, stdout, without `TMUX` in its environment): shows that window until the person
 * detaches. Each client has a tmux session of its own in actor's group, or all would change windows together; it
 * ends with its client (by the `client-detached` hook of templates/tmux.conf). Starts no server. Pure but for the name.
 */
export function attachArgv(
  tmux: Pick<Tmux, 'program' | 'socket'>,
  window: string,
  terminal: Terminal = {},
): string[] {
  const session = `${TMUX_SESSION}-${randomUUID().slice(0, 8)}`;
  const mark = (option: string) => ['set-option', '-t', `=${session}:`, option, '1'];
  const commands = [
    ['new-session', '-t', `=${TMUX_SESSION}`, '-s', session],
    ...(terminal.ascii ? [mark('@actor_ascii')] : []),
    ...(terminal.plain ? [mark('@actor_plain')] : []),
    ['select-window', '-t', `=${session}:${window}`],
    ...(terminal.nested ? [['display-message', '-d', NESTED_TIME, NESTED]] : []),
  ];
  const words = commands.flatMap((command, index) => (index === 0 ? command : [';', ...command]));
  const features = terminal.trueColor ? ['-T', 'RGB'] : [];
  return [tmux.program, '-N', '-u', ...features, '-S', tmux.socket, ...words];
}

const NESTED = 'a tmux inside your tmux: #{@actor_quit_key} leaves this one, your own prefix reaches yours';
/** How long it says so, in milliseconds; any key ends it. */
const NESTED_TIME = '6000';

/**
 * Where a program runs that was started with this environment: in a window of this server (its pane), in a popup of one of
 * its clients (their tmux session's id), or elsewhere (null).
 */
export function placeInside(
  tmux: Pick<Tmux, 'socket'>,
  env: Readonly<Record<string, string | undefined>>,
): { pane: string } | { session: string } | null {
  const [, socket, session] = /^(.*),\d+,(\d+)$/.exec(env.TMUX ?? '') ?? [];
  if (socket !== tmux.socket) return null;
  return env.TMUX_PANE ? { pane: env.TMUX_PANE } : { session: `$${session}` };
}

export interface Client {
  /** tmux's name for it: its terminal's path. */
  name: string;
  /** Its own tmux session, and that one's id, `$5`. */
  session: string;
  sessionId: string;
  /** The window it shows, `@5`, the pane in it, and `@actor_name` of it. */
  window: string;
  pane: string;
  shows: string;
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
    '#{client_pid}\t#{client_width}\t#{client_height}\t#{window_id}\t#{pane_id}\t#{@actor_name}\t#{session_id}\t#{session_name}\t#{client_name}';
  const output = (await listing(tmux, ['list-clients', '-F', fields])) ?? '';
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [pid = '', width = '', height = '', window = '', ...more] = line.split('\t');
      const [pane = '', shows = '', sessionId = '', session = '', ...name] = more;
      return {
        name: name.join('\t'),
        session,
        sessionId,
        window,
        pane,
        shows,
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
export function moveClients(tmux: Tmux, from: string, to: string): Promise<Client[]> {
  return showTo(tmux, to, client => client.window === from);
}

/**
 * As {@link moveClients}, for the clients that look at the place where somebody asked for it.
 * @throws {TmuxError} when `to` is not there.
 */
export function moveLookers(
  tmux: Tmux,
  place: { pane: string } | { session: string },
  to: string,
): Promise<Client[]> {
  return showTo(tmux, to, client =>
    'pane' in place ? client.pane === place.pane : client.sessionId === place.session,
  );
}

async function showTo(tmux: Tmux, to: string, isMeant: (client: Client) => boolean): Promise<Client[]> {
  const moved = (await listClients(tmux)).filter(isMeant);
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
