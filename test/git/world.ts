/** A repository with a work tree of a session beside it, and git in scripts. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Git } from '../../cli/git/git.js';
import type { LossKind } from '../../cli/git/inspect.js';
import { findLosses } from '../../cli/git/inspect.js';
import { createWorktree, keepCreated } from '../../cli/git/worktree.js';
import { type Arena, withArena } from '../helpers/arena.js';

export interface World {
  arena: Arena;
  git: Git;
  repo: string;
  worktreesFolder: string;
  trashFolder: string;
  /** Runs a script with `sh -e` in `dir` and returns what it printed, trimmed; rejects when it fails. */
  sh(dir: string, script: string): Promise<string>;
  /** A session's work tree on a branch of its name; returns its path. */
  worktree(name?: string): Promise<string>;
  /** The kinds of loss at a path, in order. */
  kinds(path: string): Promise<LossKind[]>;
  /** Adds a submodule `lib` (with a nested submodule `deep`) to the repository's main. */
  addSubmodules(): Promise<void>;
}

export async function withWorld(t: ExecutionContext): Promise<World> {
  const arena = await withArena(t);
  const repo = await realpath(await arena.repository());
  const git = new Git(arena.env);
  const worktreesFolder = join(arena.actorHome, 'worktrees');
  const world: World = {
    arena,
    git,
    repo,
    worktreesFolder,
    trashFolder: join(arena.actorHome, 'trash'),
    async sh(dir, script) {
      const { code, stdout, stderr } = await arena.run('sh', ['-e'], { cwd: dir, input: script });
      if (code !== 0) throw new Error(`exit ${code} of: ${script}\n${stdout}\n${stderr}`);
      return stdout.trim();
    },
    async worktree(name = 'fix') {
      const made = await createWorktree(git, {
        repo,
        path: join(worktreesFolder, name),
        branch: name,
        base: null,
        from: repo,
      });
      await keepCreated(made);
      return made.path;
    },
    async kinds(path) {
      return (await findLosses(git, path)).map(loss => loss.kind);
    },
    async addSubmodules() {
      await world.sh(
        arena.root,
        `git config --global protocol.file.allow always
         for name in deep lib; do
           git init --quiet $name.src; echo $name > $name.src/$name.txt
           git -C $name.src add .; git -C $name.src commit --quiet --message $name
         done
         cd lib.src; git submodule --quiet add "$PWD/../deep.src" deep; git commit --quiet --message "add deep"
         cd "${repo}"; git submodule --quiet add "${arena.root}/lib.src" lib; git commit --quiet --message "add lib"`,
      );
    },
  };
  return world;
}

/** Initialises the submodules of a work tree. */
export const INIT = 'git submodule --quiet update --init --recursive';
