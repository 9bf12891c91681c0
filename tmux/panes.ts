/** What tmux knows of all windows, from one invocation. */
import { listing } from './listing.js';
import type { Tmux } from './tmux.js';

export interface Pane {
  /** `@5` */
  window: string;
  /** `%5` */
  pane: string;
  /** The process started in it; also of a dead pane, where it is nobody's or another's by now. */
  pid: number;
  /** The process has ended; the window remains. */
  dead: boolean;
  /** Exit status; null while alive, when a signal ended it, or when tmux missed it. */
  deadStatus: number | null;
  /** Signal number; null likewise, and always before tmux 3.3. */
  deadSignal: number | null;
  /** A person scrolls, or the menu is open over it. */
  inMode: boolean;
  /** Name of the foreground process. */
  command: string;
  cursorX: number;
  cursorY: number;
  /** The program has hidden the terminal's cursor, perhaps to draw its own. */
  cursorHidden: boolean;
  width: number;
  height: number;
  /** As the program set it. */
  title: string;
  /** The title is another than tmux's own at first, the host's name. */
  titled: boolean;
  alternateScreen: boolean;
  /** When the program printed last, in milliseconds since the epoch, to the second. */
  outputAt: number;
  /** `@actor_name`. */
  name: string;
  /** `@actor_launch`. */
  launch: string;
}

// Between tabs, as tmux turns other separators to `_`; other programs' words come without tab and line feed.
const FIELDS = [
  '#{window_id}',
  '#{pane_id}',
  '#{pane_pid}',
  '#{pane_dead}',
  '#{pane_dead_status}',
  '#{pane_dead_signal}',
  '#{pane_in_mode}',
  '#{cursor_x}',
  '#{cursor_y}',
  '#{pane_width}',
  '#{pane_height}',
  '#{alternate_on}',
  '#{window_activity}',
  '#{!=:#{pane_title},#{host}}',
  '#{@actor_name}',
  '#{@actor_launch}',
  '#{cursor_flag}',
  // The bytes themselves: in `[[:cntrl:]]` tmux takes the colon for the end of the modifier.
  '#{s/[\t\n]/ /:pane_current_command}',
  '#{s/[\t\n]/ /:pane_title}',
];

/** The format that {@link parsePane} reads. */
export const PANE_FORMAT = FIELDS.join('\t');

/** One line of {@link PANE_FORMAT}; null for a pane that is none of actor's. */
export function parsePane(line: string): Pane | null {
  const field = line.split('\t');
  const text = (index: number) => field[index] ?? '';
  const number = (index: number) => Number.parseInt(text(index), 10);
  const known = (index: number) => (text(index) === '' ? null : number(index));
  if (field.length < FIELDS.length || text(15) === '') return null;
  const dead = text(3) === '1';
  return {
    window: text(0),
    pane: text(1),
    pid: number(2),
    dead,
    deadStatus: dead ? known(4) : null,
    deadSignal: dead ? known(5) : null,
    inMode: number(6) > 0,
    cursorX: number(7),
    cursorY: number(8),
    width: number(9),
    height: number(10),
    alternateScreen: text(11) === '1',
    outputAt: number(12) * 1000,
    titled: text(13) === '1',
    name: text(14),
    launch: text(15),
    cursorHidden: text(16) === '0',
    command: text(17),
    title: text(18),
  };
}

/**
 * All panes of actor's windows, each once, however many clients show them. null: no server, which is something else
 * than a server without windows.
 * @throws {TmuxError} of another kind than `no-server`.
 */
export async function listPanes(tmux: Tmux): Promise<Pane[] | null> {
  const output = await listing(tmux, ['list-panes', '-a', '-F', PANE_FORMAT]);
  if (output === null) return null;
  const byId = new Map<string, Pane>();
  for (const line of output.split('\n')) {
    const pane = parsePane(line);
    if (pane !== null) byId.set(pane.pane, pane);
  }
  return [...byId.values()];
}
