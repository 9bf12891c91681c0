/** What the status line and the menu show of the sessions, as tmux options and window names. Pure. */
import { displayWidth, neutralizeFormat } from '../../tmux/format.js';
import { commandLine } from '../../tmux/quote.js';
import type { OwnView } from '../domain/view.js';
import type { Status } from '../protocol.js';

/** A session that has a window, or whose last screen still stands in one. */
export interface Shown {
  view: OwnView;
  /** Since when it has its status, in milliseconds since the epoch. */
  since: number;
  unread: boolean;
}

/** A session without a window: never started, or taken down, or exited and closed. */
export interface Other {
  name: string;
  status: Status;
  /** As of {@link Shown}. */
  since: number;
}

export type Mark = 'working' | 'waiting' | 'failed' | '';

/** A name longer than this is cut in the menu, in columns. */
const NAME_WIDTH = 28;
/** The words about a session: as much as a wide terminal shows. */
const LABEL_WIDTH = 160;
/** Who waits, in the status line. */
const WHO_WIDTH = 40;
/** So many sessions without a window can be chosen: a digit each, on a terminal of 15 lines. */
const OTHERS = 9;
/** Columns grow by this many, so that not each digit more moves all rows. */
const STEP = 4;

/** The state that has a mark; an idle session has none, but one whose last turn failed. */
export function markOf({ status, last }: OwnView): Mark {
  if (status === 'waiting') return 'waiting';
  if (status === 'working' || status === 'starting') return 'working';
  if (status === 'exited') return 'failed';
  return last?.outcome === 'failed' || last?.outcome === 'lost' ? 'failed' : '';
}

/**
 * A window name that sorts as the menu shows sessions: mains, who waits for a person, who works, then the rest; within each
 * what changed last comes first. tmux sorts its tree by these names' bytes.
 */
export function windowName({ view, since }: Shown): string {
  const mark = markOf(view);
  const rank = view.role_of === 'main' ? 0 : mark === 'waiting' ? 1 : mark === 'working' ? 2 : 3;
  const age = Math.max(0, LATEST - Math.floor(since));
  return `${rank}${age.toString(36).padStart(DIGITS, '0')}-${view.name.replace(/[^A-Za-z0-9-]/g, '-')}`;
}

/** For milliseconds since the epoch, as a number to the base 36. */
const DIGITS = 9;
const LATEST = 36 ** DIGITS - 1;

/** The columns of each, all equally wide: name, changes, queue. */
export function columnsOf(shown: readonly Shown[]): string[] {
  const names = shown.map(({ view }) => neutralizeFormat(view.name, NAME_WIDTH));
  const facts = shown.map(({ view }) => factsOf(view));
  const nameWidth = widest(names);
  const factsWidth = widest(facts);
  return names.map((name, index) => `${name.padEnd(nameWidth)} ${facts[index]!.padEnd(factsWidth)}`);
}

function widest(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map(displayWidth)) / STEP) * STEP;
}

/** `[+84 -12] * #7 2 queued` */
function factsOf({ diff, dirty, pr, queued, held }: OwnView): string {
  const parts = [
    diff && (diff.added > 0 || diff.deleted > 0) ? `[+${diff.added} -${diff.deleted}]` : '',
    dirty ? '*' : '',
    pr ? `#${pr.number}` : '',
    queued > 0 ? `${queued} queued` : '',
    held > 0 ? `${held} held` : '',
  ];
  return parts.filter(part => part !== '').join(' ');
}

/** For what it waits, why it failed, what it is for or has said: other people's words, to be made harmless by {@link labelOf}. */
export function wordsOf(view: OwnView): string {
  const { status, waiting_for: waitingFor, last, purpose } = view;
  const state =
    status === 'waiting'
      ? `waits for you (${waitingFor ?? 'input'}): `
      : status === 'exited'
        ? 'exited: '
        : markOf(view) === 'failed'
          ? `${last?.outcome}${last?.reason ? ` (${last.reason})` : ''}: `
          : '';
  // A message may be long, and this is asked for whenever anything changes.
  return `${state}${(purpose ?? last?.message ?? '').slice(0, 4 * LABEL_WIDTH)}`;
}

/** These words as an option for the menu: on one line, cut, and nothing in them obeyed. */
export function labelOf(words: string): string {
  return neutralizeFormat(words, LABEL_WIDTH).replace(/:$/, '');
}

/** What concerns all windows: counts for the status line, and the first line of the menu. */
export function overview(
  shown: readonly Shown[],
  /** Those without a window. */
  others: readonly Other[],
  /** Those that wait for mains; held: until a person's next prompt, as the agent was interrupted. */
  events: { waiting: number; areHeld: boolean },
): Record<string, string> {
  const counted = (mark: Mark, isCounted = (_: Shown) => true) =>
    shown.filter(each => markOf(each.view) === mark && isCounted(each));
  const waiting = counted('waiting');
  const working = counted('working').length;
  const parts = [
    `${shown.length} session${shown.length === 1 ? '' : 's'}`,
    waiting.length > 0 ? `${waiting.length} wait${waiting.length === 1 ? 's' : ''} for you` : '',
    working > 0 ? `${working} at work` : '',
    others.length > 0 ? `${others.length} without a window (o)` : '',
  ];
  return {
    '@actor_waiting': count(waiting.length),
    '@actor_who': neutralizeFormat(waiting.map(({ view }) => view.name).join(', '), WHO_WIDTH),
    '@actor_failed': count(counted('failed', ({ unread }) => unread).length),
    '@actor_working': count(working),
    '@actor_events': count(events.waiting),
    '@actor_held': events.waiting > 0 && events.areHeld ? '1' : '',
    '@actor_summary': parts.filter(part => part !== '').join(', '),
    '@actor_others': othersMenu(others),
  };
}

/** Items of tmux's `display-menu`, one a session, with digits as keys: what changed last comes first. */
function othersMenu(others: readonly Other[]): string {
  const latest = others.toSorted((a, b) => b.since - a.since).slice(0, OTHERS);
  const nameWidth = Math.max(0, ...latest.map(({ name }) => name.length));
  // A session's name holds nothing that a format, a style or a command is made of.
  const items = latest.map(({ name, status }, index) =>
    commandLine([`${name.padEnd(nameWidth)}  ${status}`, `${index + 1}`, `#{E:@actor_start} ${name}`]),
  );
  const rest = others.length - latest.length;
  // tmux shows no menu that is higher than the terminal; what begins with a dash cannot be chosen.
  return [...items, ...(rest > 0 ? [commandLine([`-${rest} more: actor list`, '', ''])] : [])].join(' ');
}

/** Nothing is no number: tmux takes it for false. */
function count(number: number): string {
  return number === 0 ? '' : String(number);
}
