/**
 * The door by which events enter this claude: its inbox socket, which takes one JSON line a message. Undocumented; measured
 * with Claude Code 2.1.330, whose own debug log prints this recipe. A message that comes from a child of the claude process,
 * as this server is, is not held back behind a dialog, and never touches what a person has begun to type.
 */
import { createConnection } from 'node:net';

/** An event message on its way in; `token` names it. */
export interface Item {
  token: string;
  text: string;
}

/** What became of an item. `handed`: the inbox has taken it; that the model saw it, only the transcript tells. */
export type Answer = { handed: string } | { refused: string; why: string };

export interface Inbox {
  /** `CLAUDE_CODE_MESSAGING_SOCKET`; null: there is none, everything is refused. */
  socket: string | null;
  /** `CLAUDE_CODE_MESSAGING_TOKEN`, if there is one. */
  token: string | null;
}

/** Of a burst of 60 lines, claude took 30 and dropped the others silently. Milliseconds between two messages. */
const INTERVAL = 1000;
/** Longest wait for the inbox to take a message, in milliseconds. */
const PATIENCE = 10_000;

export class Door {
  readonly #inbox: Inbox;
  readonly #interval: number;
  readonly #answers = new Map<string, Promise<Answer>>();
  #turn: Promise<unknown> = Promise.resolve();
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(inbox: Inbox, interval = INTERVAL) {
    this.#inbox = inbox;
    this.#interval = interval;
  }

  /**
   * Hands an item in, after those before it and at most one a second. Never rejects. A token that was handed in is not handed
   * in again: the daemon may ask once more when it died before it read the answer.
   */
  hand(item: Item): Promise<Answer> {
    const known = this.#answers.get(item.token);
    if (known) return known;
    const answer = this.#turn.then(() => this.#handNow(item));
    this.#turn = answer;
    this.#answers.set(item.token, answer);
    void answer.then(result => {
      if ('refused' in result) this.#answers.delete(item.token);
    });
    return answer;
  }

  /** Nothing more goes in: the agent is gone. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #handNow({ token, text }: Item): Promise<Answer> {
    if (this.#inbox.socket === null) return { refused: token, why: 'this agent has no inbox socket' };
    await this.#pause(this.#last + this.#interval - performance.now());
    if (this.#isClosed) return { refused: token, why: 'the agent is ending' };
    this.#last = performance.now();
    try {
      await send(this.#inbox.socket, linesOf(this.#inbox.token, text));
      return { handed: token };
    } catch (error) {
      return { refused: token, why: error instanceof Error ? error.message : String(error) };
    }
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise(resolve => {
      this.#timer = setTimeout(resolve, ms);
    });
  }
}

function linesOf(token: string | null, text: string): string {
  const auth = token === null ? '' : `${JSON.stringify({ type: 'auth', token })}\n`;
  return `${auth}${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;
}

/**
 * Resolves when the kernel has taken every byte for the other side. What fails before that ends in half a line at most, which
 * is no message: it is safe to try again.
 */
function send(path: string, lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.setTimeout(PATIENCE, () =>
      socket.destroy(new Error(`the inbox took nothing for ${PATIENCE / 1000} s`)),
    );
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the inbox closed the connection')));
    // What it may answer is not read; but unread data would hold back the end of the connection.
    socket.resume();
    socket.end(lines, () => {
      // Whether the other side closes its half as well is its own affair, nothing here waits for that.
      socket.unref();
      resolve();
    });
  });
}
