/** What the stories of the user's lifecycle hooks share. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../helpers/wait.js';
import type { Story } from './story.js';

/** Writes the user's settings: hooks by name, as shell command lines. `timeout` in seconds. */
export async function hooks(story: Story, commands: Record<string, string>, timeout?: number): Promise<void> {
  const limit = timeout === undefined ? '' : ` timeout=${timeout}`;
  const lines = Object.entries(commands).map(
    ([name, command]) => `  ${name} ${JSON.stringify(command)}${limit}\n`,
  );
  await mkdir(story.actorHome, { recursive: true, mode: 0o700 });
  await writeFile(join(story.actorHome, 'settings.kdl'), `hooks {\n${lines.join('')}}\n`);
}

export async function git(story: Story, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await story.run('git', ['-C', story.repo, ...args]);
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Asserts that a creation left nothing: no session, worktree, branch, file or window. */
export async function isNothingLeft(story: Story): Promise<string[]> {
  const left = [
    ...(await story.list()).map(({ name }) => `session ${name}`),
    ...(await readdir(join(story.actorHome, 'sessions'))),
    ...(await readdir(join(story.actorHome, 'worktrees'))),
    ...(await git(story, 'branch', '--format=%(refname:short)')).split('\n').filter(name => name !== 'main'),
    ...(await git(story, 'worktree', 'list')).split('\n').slice(1),
  ];
  const windows = await story.tmux('list-windows', '-a', '-F', 'window #{@actor_name}');
  return [...left, ...windows.stdout.split('\n').filter(line => line !== '')];
}

/** A file in HOME that a command waits for, and what comes after it. */
export const gate = (name: string) => `until [ -e ~/${name} ]; do sleep 0.05; done`;
export const open = (story: Story, name: string) => writeFile(join(story.home, name), '');
export const begun = (story: Story, file: string, text = '') =>
  eventually(
    () => story.file(file),
    content => content !== '' && content.includes(text),
  );

export const FACTS = 'pwd; env | grep -E "^(ACTOR_|MINE=|TMUX=|GIT_DIR=)" | sort';
