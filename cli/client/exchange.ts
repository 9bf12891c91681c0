/** One request and its replies on an open connection: JSON Lines, see `cli/protocol.ts`. */
import type { Socket } from 'node:net';
import type { Build, Method, Methods, Reply, Request } from '../protocol.js';
import { SILENCE } from './connect.js';

/** What arrives before the answer. */
export interface Handlers<M extends Method> {
  /** Nothing came for {@link SILENCE}, though a daemon says at once that it has read a request: it is stopped, or its disk stalls. */
  silent?: (() => void) | undefined;
  notice?: ((text: string) => void) | undefined;
  item?: ((item: Methods[M]['item']) => void) | undefined;
}

/** How an exchange ended. `lost`: the connection ended without an answer, so what became of the request is unknown. */
export type Answer<M extends Method> =
  | Extract<Reply<M>, { result: unknown } | { error: unknown }>
  | { replaced: Build }
  | { lost: string };

/**
 * Sends the request and follows its replies to the last one, or until the signal aborts; the connection is closed then.
 * Never rejects for a reply.
 */
export function exchange<M extends Method>(
  socket: Socket,
  request: Request<M>,
  handlers: Handlers<M>,
  signal?: AbortSignal,
): Promise<Answer<M>> {
  return new Promise((resolve, reject) => {
    let rest = '';
    const silence = setTimeout(() => handlers.silent?.(), SILENCE);
    const abort = () => finish({ lost: 'given up' });
    const finish = (answer: Answer<M>) => {
      clearTimeout(silence);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const take = (line: string) => {
      const reply = JSON.parse(line) as Reply<M>;
      if ('notice' in reply) handlers.notice?.(reply.notice);
      else if ('taken' in reply) return;
      else if ('item' in reply) handlers.item?.(reply.item);
      else finish(reply);
    };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      clearTimeout(silence);
      const lines = text.split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop()!;
      try {
        for (const line of lines) {
          take(line);
          if (socket.destroyed) return;
        }
      } catch (error) {
        clearTimeout(silence);
        socket.destroy();
        reject(error);
      }
    });
    socket.on('error', error => finish({ lost: (error as NodeJS.ErrnoException).code ?? error.message }));
    socket.on('close', () => finish({ lost: 'closed' }));
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
