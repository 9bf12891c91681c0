/** OpenAI's Codex CLI as an agent. What was found out by experiment is marked where it is used. */
import type { Agent } from './agent.js';
import { observeHook } from './codex/hook.js';
import { launchPlan, launchReads, leavesRoomForPrompt } from './codex/launch.js';
import { codexHome } from './codex/places.js';
import { rolloutReader } from './codex/rollout.js';
import { readScreen } from './codex/screen.js';
import { tableRows } from './codex/sqlite.js';
import { fitsArgument, samePrompt, submission } from './codex/text.js';

const program = 'codex';

export const codex: Agent = {
  kind: 'codex',
  program,

  launchReads,
  launch: request => launchPlan(program, request),
  takesFirstPrompt: (prompt, definition) => fitsArgument(prompt) && leavesRoomForPrompt(definition.args),

  conversationRecord: (_id, _definition, env) => ({
    files: [],
    folders: ['sessions', 'archived_sessions'].map(name => `${codexHome(env)}/${name}`),
  }),

  hook: (event, payload, origin) => observeHook(event, payload, origin),
  // Created at the first prompt, and named by the hook that runs then.
  tails({ transcript }) {
    if (transcript === null) return [];
    const source = `transcript:${transcript.slice(transcript.lastIndexOf('/') + 1)}`;
    return [{ source, path: transcript, reader: offset => rolloutReader(source, offset) }];
  },
  stateFile: () => null,
  state: () => [],
  screen: (text, pane) => readScreen(text, pane),

  submission,
  check: null,
  samePrompt,
  interruptKeys: ['Escape'],
  endedCleanly: end => end.status === 0,
  looksBeforePaste: true,
  screenTells: ['ready', 'dialog'],
  doors: ['queue', 'hook'],
  // Before a thread's first prompt: "no rollout found for thread id".
  enqueue: ({ transcript, definition }, text) =>
    transcript !== null && definition.conversation !== null
      ? [program, 'queue', '--thread', definition.conversation, '--message', text]
      : null,
  queueFiles: ({ env }) => ['', '-wal'].map(end => `${codexHome(env)}/queue_1.sqlite${end}`),
  // A row is deleted when its turn begins, just before it stands in the rollout.
  queued: ([file, log]) => tableRows(file ?? Buffer.alloc(0), log ?? Buffer.alloc(0), 'queued_items'),
};
