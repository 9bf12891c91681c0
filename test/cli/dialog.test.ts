/** A dialog that a hook tells of before it stands on the screen. */
import test from 'ava';
import { holds } from '../helpers/wait.js';
import { screenOf, showScreen, standIn, tellByHook } from './stand-in.js';
import { tell } from './story.js';

test('a dialog that is drawn late is one wait, which ends when it goes from the screen', async t => {
  const story = await tell(t);
  const [busy, permission] = [
    await screenOf('codex', 'busy-120x40'),
    await screenOf('codex', 'permission-120x40'),
  ];
  await standIn(story, 'codex', busy);
  await story.ok('new', 'fix', '--agent', 'codex', '--no-worktree', '-p', 'go');
  await story.until('fix', ({ window }) => window !== null);
  await tellByHook(story, 'fix', 'SessionStart', { session_id: 'one', source: 'startup' });
  await tellByHook(story, 'fix', 'UserPromptSubmit', { prompt: 'go' });
  await story.until('fix', ({ status }) => status === 'working');
  await tellByHook(story, 'fix', 'PermissionRequest', { tool_name: 'Bash' });
  await story.until('fix', ({ status }) => status === 'waiting');
  const waits = async () => (await story.show('fix')).status;
  await holds(waits, status => status === 'waiting', 3000);
  await showScreen(story, permission);
  await holds(waits, status => status === 'waiting', 3000);
  await showScreen(story, busy);
  await story.until('fix', ({ status }) => status === 'working');
  t.is((await story.events('--type', 'needs-input')).length, 1);
});
