/** A notification by the terminals themselves: an escape sequence that many of them show on the desktop, also over ssh. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { listing } from './listing.js';
import type { Tmux } from './tmux.js';

export interface TerminalKind {
  /** `TERM` as the client has it. */
  term: string;
  /** What the terminal says it is (XTVERSION); empty where it does not say. */
  type: string;
  /** Its locale has no UTF-8. */
  ascii: boolean;
}

/**
 * The sequence for this terminal: OSC 777 where OSC 9 is not known (urxvt, foot, VTE), else OSC 9 (iTerm2, kitty, WezTerm,
 * Ghostty, Windows Terminal); others ignore it. Through a tmux around ours it is passed on, where that one allows it; GNU screen
 * has nothing of the kind, and ignores it. The texts hold no control characters. Pure.
 */
export function noticeSequence(title: string, body: string, { term, type, ascii }: TerminalKind): string {
  const plain = (text: string) => {
    const safe = text.replace(/\p{Cc}/gu, '');
    return ascii ? safe.replace(/[^ -~]/g, '?') : safe;
  };
  const text = body === '' ? plain(title) : `${plain(title)}: ${plain(body)}`;
  const by777 = /^(rxvt|foot)/.test(term) || /^(foot|VTE)/i.test(type);
  const sequence = by777
    ? `\x1b]777;notify;${plain(title).replaceAll(';', ',')};${plain(body)}\x07`
    : `\x1b]9;${text}\x07`;
  if (!/^tmux/.test(term) && !/^tmux/.test(type)) return sequence;
  return `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
}

/**
 * Shows it on every attached terminal. tmux 3.3a has no command by which a client writes such a thing, and `allow-passthrough`
 * only serves what an agent prints; so it goes to the terminals' devices as data, beside tmux: one short write each,
 * which the kernel does not split, and which is left out where it would block.
 * @returns how many terminals took it. @throws {TmuxError} of another kind than `no-server`
 */
export async function noticeOnTerminals(tmux: Tmux, title: string, body: string): Promise<number> {
  const fields = '#{client_tty}\t#{client_termname}\t#{@actor_ascii}\t#{client_termtype}';
  const lines = ((await listing(tmux, ['list-clients', '-F', fields])) ?? '').split('\n');
  const written = await Promise.all(
    lines.map(line => {
      const [tty = '', term = '', ascii = '', ...type] = line.split('\t');
      const kind = { term, type: type.join('\t'), ascii: ascii !== '' };
      // A client in control mode has none.
      return tty.startsWith('/dev/') && writeToTerminal(tty, noticeSequence(title, body, kind));
    }),
  );
  return written.filter(isWritten => isWritten).length;
}

async function writeToTerminal(tty: string, text: string): Promise<boolean> {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    const file = await open(tty, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    try {
      if (!(await file.stat()).isCharacterDevice()) return false;
      await file.write(Buffer.from(text));
      return true;
    } finally {
      await file.close();
    }
  } catch {
    // It has just been closed, or is stopped (Ctrl-S).
    return false;
  }
}
