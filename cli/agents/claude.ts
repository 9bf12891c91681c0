/** Claude Code as an agent: https://code.claude.com/docs. What was found out by experiment is marked where it is used. */
import type { Agent } from './agent.js';
import { observeHook } from './claude/hook.js';
import { launchPlan, launchReads, leavesRoomForPrompt } from './claude/launch.js';
import { configFolder, transcriptPath } from './claude/places.js';
import { readScreen } from './claude/screen.js';
import { observeState, stateFilePath } from './claude/state.js';
import { fitsArgument, samePrompt, submission } from './claude/text.js';
import { transcriptReader } from './claude/transcript.js';

const program = 'claude';

export const claude: Agent = {
  kind: 'claude',
  program,

  launchReads,
  launch: request => launchPlan(program, request),
  takesFirstPrompt: (prompt, definition) => fitsArgument(prompt) && leavesRoomForPrompt(definition.args),

  // Written only once the first turn is under way, and removed after 30 days (`cleanupPeriodDays`): "No conversation found".
  // That is said also of a file with nothing but a title and modes, which a claude leaves that is hung up at its first prompt.
  conversationRecord: (id, { dir }, env) => ({
    files: [transcriptPath(env, dir, id)],
    folders: [`${configFolder(env)}/projects`],
    mark: '"type":"user"',
  }),

  hook: (event, payload, origin) => observeHook(event, payload, origin),
  tails({ transcript, definition, env }) {
    const known = definition.conversation
      ? transcriptPath(env, definition.dir, definition.conversation)
      : null;
    const path = transcript ?? known;
    if (path === null) return [];
    const source = `transcript:${path.slice(path.lastIndexOf('/') + 1)}`;
    return [{ source, path, reader: offset => transcriptReader(source, offset) }];
  },
  // ACTOR_CLAUDE_DOCUMENTED_ONLY=1: as if claude had neither state file nor inbox, which it does not document.
  stateFile: view => (view.env.ACTOR_CLAUDE_DOCUMENTED_ONLY ? null : stateFilePath(view.pid, view.env)),
  state: (content, { definition, env }, now) =>
    observeState(content, { conversation: definition.conversation, dir: definition.dir, env }, now),
  screen: (text, pane) => readScreen(text, pane),

  submission,
  check: null,
  samePrompt,
  interruptKeys: ['Escape'],
  endedCleanly: end => end.status === 0,
  looksBeforePaste: true,
  screenTells: ['interrupt'],
  doors: ['mcp', 'hook'],
};
