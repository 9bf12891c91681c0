/** Keeps the server out of a systemd unit that ends (a terminal's, an ssh session's), where there is a user's systemd. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What speaks for or against `systemd-run --user --scope`. */
export interface ScopeFacts {
  /** Absolute path of systemd-run; null when it is not there. */
  systemdRun: string | null;
  /** Is there the socket of the user's service manager, `$XDG_RUNTIME_DIR/systemd/private`? */
  userManager: boolean;
}

/** What to put before the program: a scope of its own, or nothing. Pure. */
export function chooseLauncher(facts: ScopeFacts): string[] {
  if (facts.systemdRun === null || !facts.userManager) return [];
  return [facts.systemdRun, '--user', '--scope', '--quiet', '--collect', '--'];
}

/** Looks at this machine; the launcher may still fail (then start without it). */
export async function scopeLauncher(environment: Record<string, string>): Promise<string[]> {
  const runtime = environment.XDG_RUNTIME_DIR;
  const userManager = runtime !== undefined && (await isSocket(join(runtime, 'systemd', 'private')));
  const systemdRun = userManager ? await findProgram('systemd-run', environment.PATH ?? '') : null;
  return chooseLauncher({ systemdRun, userManager });
}

async function isSocket(path: string): Promise<boolean> {
  return stat(path).then(
    entry => entry.isSocket(),
    () => false,
  );
}

async function findProgram(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
