/** A program that stands in for an agent: it shows a screen that the real one has shown, and its hooks are told in its stead. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../helpers/root.js';
import type { Story } from './story.js';

/** A recorded screen of an agent. */
export function screenOf(agent: 'claude' | 'codex', name: string): Promise<string> {
  return readFile(join(packageRoot, 'test', 'fixtures', agent, 'screens', `${name}.ansi`), 'utf8');
}

/** A program of this name that draws the screen, and again whenever that is replaced by {@link showScreen}. */
export async function standIn(story: Story, program: string, screen: string): Promise<void> {
  await showScreen(story, screen);
  const script = `#!/bin/sh
while :; do
  if ! cmp -s "$HOME/screen" "$HOME/shown.$$"; then
    cp "$HOME/screen" "$HOME/shown.$$"
    printf '\\033[2J\\033[H'
    cat "$HOME/shown.$$"
  fi
  sleep 0.1
done
`;
  await writeFile(join(story.bin, program), script, { mode: 0o755 });
}

export function showScreen(story: Story, screen: string): Promise<void> {
  return writeFile(join(story.home, 'screen'), screen);
}

/** What a hook of a session's agent tells. */
export async function tellByHook(story: Story, name: string, event: string, payload: object): Promise<void> {
  const { window } = await story.show(name);
  const { stdout } = await story.tmux('show-options', '-wv', '-t', window ?? '', '@actor_launch');
  const env = { ACTOR_HOME: story.actorHome, ACTOR_NAME: name, ACTOR_LAUNCH: stdout.trim() };
  const script = join(packageRoot, 'hooks', 'agent-event.sh');
  await story.run('/bin/sh', [script, event], { env, input: JSON.stringify(payload) });
}
