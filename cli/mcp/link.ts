/** The connection to the daemon by which it hands us events: kept up for as long as this agent lives. */
import { createConnection, type Socket } from 'node:net';
import type { Methods, Reply, Request } from '../protocol.js';
import type { Answer, Item } from './door.js';

export interface LinkOptions {
  /** The daemon's socket. */
  path: string;
  request: Request<'mcp-attach'>;
  /** Takes an item in; never rejects. */
  hand: (item: Item) => Promise<Answer>;
  /** Starts a daemon in the place of one that was killed. */
  revive: () => Promise<void>;
  /** A line for stderr, which claude keeps in its log of this server. */
  report: (line: string) => void;
}

/** Waits between two attempts, in milliseconds: doubled from the first to the last. */
const FIRST_DELAY = 50;
const LAST_DELAY = 2000;
/** So many daemons in a row that are lost at once are replaced. */
const MOST_REVIVALS = 5;

/**
 * Connects, and connects again for ever: the daemon may be killed or replaced at any time. One that was killed is replaced at once,
 * as its agent is to be told what happens, and nobody may type a command for hours. Stays on the slow beat while the daemon turns
 * us away.
 */
export class Link {
  readonly #options: LinkOptions;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #delay = FIRST_DELAY;
  #revivals = 0;
  #isClosed = false;
  #lastReport = '';

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const connectedAt = performance.now();
    const socket = createConnection(this.#options.path);
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify(this.#options.request)}\n`));
    let rest = '';
    socket.on('data', (text: unknown) => {
      const lines = (rest + String(text)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line, socket);
    });
    // A killed daemon leaves its socket.
    let wasKilled = false;
    socket.on('error', error => {
      wasKilled = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
    });
    socket.on('close', () => {
      // A connection that lasted was a good one: whoever ended it is likely to be back at once.
      if (performance.now() - connectedAt > LAST_DELAY) {
        this.#delay = FIRST_DELAY;
        this.#revivals = 0;
      }
      if (wasKilled && this.#revivals < MOST_REVIVALS) void this.#revive();
      else this.#connectLater();
    });
  }

  #connectLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LAST_DELAY);
  }

  async #revive(): Promise<void> {
    this.#revivals++;
    try {
      if (!this.#isClosed) await this.#options.revive();
    } catch (error) {
      this.#report(`actor: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#connectLater();
  }

  /** What is said again at every attempt is said once. */
  #report(line: string): void {
    if (line !== this.#lastReport) this.#options.report(line);
    this.#lastReport = line;
  }

  #take(line: string, socket: Socket): void {
    const reply = parse(line);
    if (reply === null) {
      this.#report('actor: the daemon sent a line that is no message');
      socket.destroy();
    } else if ('item' in reply) {
      this.#delay = FIRST_DELAY;
      void this.#options.hand(reply.item).then(answer => {
        // When the daemon is gone meanwhile it will ask again, and gets the same answer.
        if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
      });
    } else if ('notice' in reply) this.#report(reply.notice);
    else if ('error' in reply) this.#report(`actor: ${reply.error.message}`);
  }
}

type AttachReply = Exclude<Reply<'mcp-attach'>, { item: unknown }> | { item: Methods['mcp-attach']['item'] };

/** A reply with the parts that are used here checked; null when it is none. */
function parse(line: string): AttachReply | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (!('item' in value)) return value as AttachReply;
  const { item } = value;
  if (typeof item !== 'object' || item === null || !('token' in item) || !('text' in item)) return null;
  const { token, text } = item;
  return typeof token === 'string' && typeof text === 'string' ? { item: { token, text } } : null;
}
