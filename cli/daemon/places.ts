/** Every path of an `$ACTOR_HOME`, in one place. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface HomePlaces {
  home: string;
  socket: string;
  tmuxSocket: string;
  userTmuxConfig: string;
  sessions: string;
  worktrees: string;
  journal: string;
  inbox: string;
  trash: string;
  /** Events to be claimed by agents' hooks: `mail/<session>/`. */
  mail: string;
  /** One folder for each launch of an agent, and the caller's environment for a launch to come. */
  run: string;
  settings: string;
  /** Which repositories' settings may run programs. */
  trust: string;
  pidFile: string;
  /** The claims of the home's daemons, see owner.ts. */
  owner: string;
}

/** The places of this home, an absolute path. Touches nothing. */
export function homePlaces(home: string): HomePlaces {
  const at = (name: string) => path.join(home, name);
  return {
    home,
    socket: at('daemon.sock'),
    tmuxSocket: at('tmux.sock'),
    userTmuxConfig: at('tmux.conf'),
    sessions: at('sessions'),
    worktrees: at('worktrees'),
    journal: at('journal'),
    inbox: at('inbox'),
    trash: at('trash'),
    mail: at('mail'),
    run: at('run'),
    settings: at('settings.kdl'),
    trust: at('trust.kdl'),
    pidFile: at('daemon.pid'),
    owner: at('owner'),
  };
}

/** The folder of the installed package, from wherever this file was bundled or transpiled to. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the folder of the actor package was not found');
    folder = parent;
  }
  return folder;
}
