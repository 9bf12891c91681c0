/** A small git repository, built once in each test process and copied from then on. */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

let template: Promise<string> | undefined;

/** Copies a repository with one commit on `main` (a README.md and a app.txt) to `target`, and returns that path. */
export async function copyRepository(target: string): Promise<string> {
  template ??= buildTemplate();
  await cp(await template, target, { recursive: true });
  return target;
}

async function buildTemplate(): Promise<string> {
  const folder = await mkdtemp('/tmp/a-template-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
    GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  };
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  const git = (...args: string[]) => execa('git', args, { cwd: folder, env, extendEnv: false });
  await git('init', '--quiet', '--initial-branch=main');
  await writeFile(join(folder, 'README.md'), '# Example\n');
  await writeFile(join(folder, 'app.txt'), 'one\ntwo\nthree\n');
  await git('add', '--all');
  await git(...identity, 'commit', '--quiet', '--message', 'Start');
  return folder;
}
