/** `$ACTOR_HOME/daemon.sock`: takes requests, runs their actions, writes the replies. See protocol.ts for the wire. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { BUILD } from '../build.js';
import { Failure, toWireError } from '../domain/failure.js';
import { EXIT, type Method, type Reply, type Request } from '../protocol.js';
import { fileFailure } from '../store/files.js';
import { actions } from './actions/index.js';
import type { Daemon } from './context.js';

/** A prompt of 1 MB may be six times as long in JSON, and an environment comes with it. */
const REQUEST_LIMIT = 16 * 1024 * 1024;

/** What an action may use of its connection. */
export interface Exchange<M extends Method = Method> {
  /** A line for the client's stderr. */
  notice(text: string): void;
  item(item: unknown): void;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** Later lines of the client (only `mcp-attach` has any). */
  onLine(listener: (line: unknown) => void): void;
  readonly request: Request<M>;
}

/** Listens at `path` (0600). The caller owns the home, so a socket file that lies there is stale. */
export async function listen(daemon: Daemon, path: string, clients: Set<Socket>): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer(socket => serve(daemon, socket, clients));
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  return server;
}

function serve(daemon: Daemon, socket: Socket, clients: Set<Socket>): void {
  clients.add(socket);
  const abort = new AbortController();
  let buffered: Buffer[] = [];
  let length = 0;
  let onLine: ((line: unknown) => void) | null = null;
  const write = (reply: Reply) => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
  };
  const take = (line: string) => {
    const value: unknown = JSON.parse(line);
    if (onLine) return onLine(value);
    onLine = () => {};
    const request = value as Request;
    write({ taken: true });
    const exchange: Exchange = {
      notice: notice => write({ notice }),
      item: item => write({ item } as Reply),
      signal: abort.signal,
      onLine: listener => {
        onLine = listener;
      },
      request,
    };
    void answer(daemon, exchange).then(reply => {
      write(reply);
      socket.end();
    });
  };
  socket.on('data', chunk => {
    length += chunk.length;
    if (length > REQUEST_LIMIT) return socket.destroy();
    buffered.push(chunk);
    if (!chunk.includes(10)) return;
    const lines = Buffer.concat(buffered).toString('utf8').split('\n');
    const rest = lines.pop() ?? '';
    buffered = rest === '' ? [] : [Buffer.from(rest, 'utf8')];
    length = buffered[0]?.length ?? 0;
    try {
      for (const line of lines) take(line);
    } catch {
      socket.destroy();
    }
  });
  socket.on('close', () => {
    clients.delete(socket);
    abort.abort(new Failure(EXIT.interrupted, 'the client is gone'));
  });
  socket.on('error', () => socket.destroy());
}

async function answer(daemon: Daemon, exchange: Exchange): Promise<Reply> {
  const { request } = exchange;
  const isDebug = process.env.ACTOR_DEBUG === '1';
  try {
    const isOther = request.build !== null && request.build !== BUILD;
    if (isOther && request.method !== 'shutdown' && request.method !== 'mcp-attach') {
      daemon.shutdown(`a client of another build (${request.build}) takes over`, 'for another');
      return { replaced: BUILD };
    }
    const action = actions[request.method] as
      | ((daemon: Daemon, exchange: Exchange) => Promise<unknown>)
      | undefined;
    if (!action) throw new Failure(EXIT.usage, `the daemon knows no ${request.method}`);
    return { result: await action(daemon, exchange) } as Reply;
  } catch (error) {
    if (!(error instanceof Failure)) daemon.log(request.method, error);
    const told = isFull(error) ? fileFailure('write to', daemon.places.home, error) : error;
    return { error: toWireError(told, isDebug) };
  }
}

/** The disk is no defect of ours. */
function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
