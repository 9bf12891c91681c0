/** What a desktop notification says, and by which program it is shown. Pure. */
import type { SessionView, WaitingFor } from '../protocol.js';

export interface Notice {
  title: string;
  body: string;
}

/** How a notification reaches a person: by one of two programs, or through the terminals that are attached. */
export type Way = 'notify-send' | 'osascript' | 'terminals';

/** Notifications are cut by those who show them; this is more than any of them shows. In characters. */
const LENGTH = 200;
/** So many sessions are named when many wait at once. */
const NAMED = 5;

const WANTS: Readonly<Record<WaitingFor, string>> = {
  permission: 'permission',
  question: 'an answer',
  trust: 'trust in its directory',
  login: 'a login',
  review: 'a review',
};

/** Of these sessions, which all wait for a person: one notification. */
export function noticeOf(
  waiting: readonly Pick<SessionView, 'name' | 'waiting_for' | 'purpose' | 'turn'>[],
): Notice {
  const [first] = waiting;
  if (!first || waiting.length > 1) {
    const more = waiting.length > NAMED ? ` and ${waiting.length - NAMED} more` : '';
    const names = waiting.slice(0, NAMED).map(({ name }) => name);
    return {
      title: `actor: ${waiting.length} sessions wait for you`,
      body: harmless(`${names.join(', ')}${more}`),
    };
  }
  const about = first.purpose ?? first.turn?.prompt ?? '';
  const wants = first.waiting_for === null ? '' : `wants ${WANTS[first.waiting_for]}`;
  return {
    title: harmless(`actor: ${first.name} waits for you`),
    body: harmless([wants, about].filter(text => text !== '').join(': ')),
  };
}

/**
 * The ways to try, in this order, until one works. Who came by ssh sits elsewhere than in front of this machine's desktop.
 * `has`: is this program in the person's PATH?
 */
export function waysOf(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  has: (program: string) => boolean,
): Way[] {
  const hasDesktop = Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.DBUS_SESSION_BUS_ADDRESS);
  const program: Way | null =
    platform === 'darwin'
      ? has('osascript')
        ? 'osascript'
        : null
      : hasDesktop && has('notify-send')
        ? 'notify-send'
        : null;
  if (program === null) return ['terminals'];
  const isRemote = Boolean(env.SSH_CONNECTION || env.SSH_TTY);
  return isRemote ? ['terminals', program] : [program, 'terminals'];
}

/**
 * argv of the program. For `notify-send` a body is markup, in which `\074` is a `<` as well (notify-send(1) hands it to
 * g_strcompress): those characters are replaced. For `osascript` the words are values of a script that does not contain them.
 */
export function argvOf(way: Exclude<Way, 'terminals'>, { title, body }: Notice): string[] {
  if (way === 'osascript')
    return [
      ...['osascript', '-e', 'on run argv'],
      ...['-e', 'display notification (item 2 of argv) with title (item 1 of argv)'],
      ...['-e', 'end run', title, body],
    ];
  return ['notify-send', '--app-name=actor', '--', title, withoutMarkup(body)];
}

const LOOKALIKES: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '&': '＆', '\\': '⧵' };

function withoutMarkup(text: string): string {
  return text.replace(/[<>&\\]/g, character => LOOKALIKES[character]!);
}

/** On one line, without control characters, changes of direction and what is invisible but the joiners of emoji and scripts. */
function harmless(text: string): string {
  const line = text
    .slice(0, 4 * LENGTH)
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[^\P{Cf}\u200c\u200d]/gu, '')
    .trim();
  const characters = [...line];
  return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : line;
}
