/**
 * Which files and directories that git ignores do these rules name? A directory that git ignores as a whole (node_modules,
 * say, with a hundred thousand files) is one entry, and is only looked into where a rule leads into it by its own names:
 * `config/*.key` into `config/`, but `.env`, at whatever depth, into none.
 */
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bytes, raw, toBytes } from './bytes.js';
import { type Git, GitError, gitText } from './git.js';
import { ifAbsent } from './link.js';
import { isDirected, type Rule, reachesInto } from './patterns.js';

/** What git ignores in a work tree, relative to its root: files, and directories that are ignored as such, which end in `/`. */
async function listIgnored(git: Git, root: string): Promise<Bytes[]> {
  const output = await git.run(
    root,
    ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'],
    { bytes: true },
  );
  const paths = namesIn(output);
  // A directory that is not ignored itself, but in which all is, is listed too, before what is in it (found out with git 2.39).
  const parents = new Set<Bytes>();
  for (const path of paths)
    for (let at = dirname(path); at !== '.' && !parents.has(`${at}/`); at = dirname(at))
      parents.add(`${at}/`);
  return paths.filter(path => !parents.has(path));
}

/** Those of the paths that git ignores in the work tree at `root`, which need not have them; a directory ends in `/`. */
export async function ignoredOf(git: Git, root: string, paths: Bytes[]): Promise<Set<Bytes>> {
  const known = await withoutLinks(toBytes(root), paths);
  if (known.length === 0) return new Set();
  const ask = (...more: string[]) =>
    git.attempt(root, ['check-ignore', ...more, '-z', '--stdin'], { bytes: true, input: question(known) });
  const answer = await ask();
  // Exit code 1 is none. A path inside a submodule is an error, unless the index is left out.
  return answered(answer.exitCode <= 1 ? answer.stdout : (await ask('--no-index')).stdout);
}

/** Git refuses the whole question for one path behind a symbolic link; nothing of the work tree is there. */
async function withoutLinks(root: Bytes, paths: Bytes[]): Promise<Bytes[]> {
  const known = new Map<Bytes, boolean>([['.', true]]);
  const isDirect = async (folder: Bytes): Promise<boolean> => {
    const answer =
      known.get(folder) ??
      ((await isDirect(dirname(folder))) &&
        !(await lstat(raw(join(root, folder))).catch(ifAbsent(null)))?.isSymbolicLink());
    known.set(folder, answer);
    return answer;
  };
  const direct: Bytes[] = [];
  for (const path of paths) if (await isDirect(dirname(path))) direct.push(path);
  return direct;
}

export class Matcher {
  readonly #git: Git;
  readonly #root: Bytes;
  readonly #listed: Bytes[];
  readonly #folder: string;

  private constructor(git: Git, root: Bytes, listed: Bytes[], folder: string) {
    this.#git = git;
    this.#root = root;
    this.#listed = listed;
    this.#folder = folder;
  }

  /**
   * Over what is ignored in the work tree at `root`. Needs to be closed; until then it has a folder in `place`, which a death
   * leaves there: whoever clears that away takes it along.
   */
  static async open(git: Git, root: string, place: string): Promise<Matcher> {
    const [listed, folder] = await Promise.all([
      listIgnored(git, root),
      mkdtemp(join(place, 'actor-match-')),
    ]);
    // An empty repository, in which git knows no patterns but ours.
    await git.run(folder, ['init', '--quiet', '--template=']);
    return new Matcher(git, toBytes(root), listed, folder);
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What the rules match, in order; a directory, which ends in `/`, stands for all in it. */
  async matches(rules: Rule[]): Promise<Bytes[]> {
    const found: Bytes[][] = [];
    let paths = this.#listed;
    let asked = rules;
    while (paths.length > 0 && asked.length > 0) {
      const matched = await this.#matching(asked, paths);
      found.push(paths.filter(path => matched.has(path)));
      const below = paths.filter(
        path => path.endsWith('/') && !matched.has(path) && rules.some(rule => reachesInto(rule, path)),
      );
      paths = (await Promise.all(below.map(path => entriesOf(this.#root, path)))).flat();
      asked = rules.filter(isDirected);
    }
    return found.flat().sort();
  }

  /** Those that are matched by themselves, and not for a directory in which they are. */
  async matchesThemselves(rules: Rule[]): Promise<Bytes[]> {
    const found = await this.matches(rules);
    const parents = new Set(found.map(path => `${dirname(path)}/`).filter(path => path !== './'));
    const matched = await this.#matching(rules, [...parents]);
    return found.filter(path => !matched.has(`${dirname(path)}/`));
  }

  async #matching(rules: Rule[], paths: Bytes[]): Promise<Set<Bytes>> {
    if (paths.length === 0 || rules.length === 0) return new Set();
    const file = join(this.#folder, '.git', 'rules');
    await writeFile(file, rules.map(rule => `${rule.line}\n`).join(''), 'latin1');
    // Git looks whether a path is a directory; it takes one with a slash at its end for more than that name.
    const folder = toBytes(this.#folder);
    for (const path of paths)
      if (path.endsWith('/')) await mkdir(raw(join(folder, path)), { recursive: true });
    const names = paths.map(path => path.replace(/\/$/, ''));
    const answer = await this.#git.attempt(this.#folder, ['check-ignore', '--no-index', '-z', '--stdin'], {
      bytes: true,
      input: question(names),
      config: { 'core.excludesFile': file },
    });
    if (answer.exitCode > 1) throw new GitError('check-ignore', answer.exitCode, gitText(answer.stderr));
    const matched = answered(answer.stdout);
    return new Set(paths.filter((_path, index) => matched.has(names[index]!)));
  }
}

/** What is in a directory of the work tree at `root` (relative to it, ends in `/`), repositories' own folders left out. */
export async function entriesOf(root: Bytes, directory: Bytes): Promise<Bytes[]> {
  const entries = await readdir(raw(join(root, directory)), {
    encoding: 'latin1',
    withFileTypes: true,
  }).catch(() => []);
  return entries
    .filter(entry => entry.name !== '.git')
    .map(entry => `${directory}${entry.name}${entry.isDirectory() ? '/' : ''}`);
}

/** A path that begins with a colon would be taken for pathspec magic. */
function question(paths: Bytes[]): string {
  return paths.map(path => `./${path}\0`).join('');
}

function answered(output: string): Set<Bytes> {
  return new Set(namesIn(output).map(path => path.slice(2)));
}

function namesIn(output: string): Bytes[] {
  return output.split('\0').filter(path => path !== '');
}
