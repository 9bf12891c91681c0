/**
 * What a new work tree gets so that an agent can work in it at once: the main work tree's submodules, links to its directories
 * that are costly to make (`node_modules`), copies of its files that are no part of any commit (`.env`). Of what git ignores
 * only, in the main work tree and in the new one: what is tracked comes by git, and what is merely untracked is somebody's work.
 */
import { constants, symlinkSync } from 'node:fs';
import { lstat, open, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Bytes, raw, toBytes, toText } from './bytes.js';
import { leadsOut, type Trees } from './copy.js';
import { copyAll } from './copying.js';
import { inFolder, makeBelow } from './folder.js';
import { type Git, GitError } from './git.js';
import { entriesOf, ignoredOf, Matcher } from './ignored.js';
import { ifAbsent, readLink } from './link.js';
import { Names } from './names.js';
import { type Rule, ruleOfSetting, rulesOf } from './patterns.js';
import { populateSubmodules } from './populate.js';

/** Patterns of the settings, see {@link ruleOfSetting}. */
export interface Furnishing {
  copy: string[];
  link: string[];
}

/** Gitignore's syntax, at the root of the main work tree; what it matches is copied as well. */
const INCLUDE_FILE = '.worktreeinclude';
/** Nobody has more patterns than this many bytes of them. */
const INCLUDE_LIMIT = 1024 * 1024;

export interface FurnishOptions {
  /** What it is at. */
  onProgress: (text: string) => void;
  /** Ends it; what is there then is left as it is, and nothing is done any more. `git` has it as well. */
  signal?: AbortSignal;
}

/**
 * Furnishes the work tree at `path`, which git has just made, from the main one at `repo`. Nothing that stands there is
 * replaced, and no symbolic link is followed. Answers what was done and what was left out, as lines for a person.
 * @throws when it cannot be completed (a full disk), or the signal's reason: then the work tree is not to be used
 */
export async function furnish(
  git: Git,
  { repo, path }: { repo: string; path: string },
  { copy, link }: Furnishing,
  { onProgress, signal }: FurnishOptions,
): Promise<string[]> {
  if ((await lstat(join(repo, '.git')).catch(ifAbsent(null))) === null) return [];
  const [from, to, state] = await Promise.all([realpath(repo), realpath(path), readLink(path)]);
  if (state.state !== 'linked') return [];
  const report = new Report();
  const included = await includeFile(join(from, INCLUDE_FILE), report);
  const submodules = await populateSubmodules(
    git,
    { source: state.link.commonDir, sourceTree: from, target: state.link.gitDir, targetTree: to },
    submodule => onProgress(`submodule ${submodule}`),
  );
  report.submodules.push(...submodules.done.map(toBytes));
  for (const { path, reason } of submodules.failed)
    report.say(`submodule ${path} is not initialised: ${reason}`);

  const rules = {
    link: usable(link, 'linked', report),
    copy: [...rulesOf(included), ...usable(copy, 'copied', report)],
  };
  if (rules.link.length === 0 && rules.copy.length === 0) return report.lines();
  onProgress('looking for what to copy');
  const matcher = await Matcher.open(git, from, state.link.gitDir).catch(error => {
    if (!(error instanceof GitError)) throw error;
    report.say(`nothing is copied or linked: ${error.message}`);
    return null;
  });
  if (matcher === null) return report.lines();
  try {
    const trees: Trees = { from: toBytes(from), to: toBytes(to) };
    await linkAll(git, trees, await matcher.matchesThemselves(rules.link), report);
    const names = await ignoredBelow(git, trees, await matcher.matches(rules.copy), report);
    onProgress('copying');
    const count = (made: number) => onProgress(`copying: ${made} files`);
    const { copied, outside, unreadable } = await copyAll({ trees, names }, count, signal);
    report.copied.addAll(names.filter((_name, index) => copied[index]));
    report.outside.take(outside);
    report.unreadable.take(unreadable);
    report.seen.addAll(await notIgnored(git, from, [...link, ...copy]));
  } finally {
    await matcher.close();
  }
  return report.lines();
}

/** The file's content; '' for none, and for one that is no file or beyond all measure: it may be a pipe, or a link to a device. */
async function includeFile(path: string, report: Report): Promise<Bytes> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  try {
    const stats = await file?.stat();
    if (!file || !stats?.isFile()) return '';
    if (stats.size <= INCLUDE_LIMIT) return await file.readFile('latin1');
    report.say(`${INCLUDE_FILE} is not used: it is too large`);
    return '';
  } finally {
    await file?.close();
  }
}

function usable(patterns: string[], verb: string, report: Report): Rule[] {
  return patterns.flatMap(pattern => {
    const rule = ruleOfSetting(pattern);
    if (rule === null) report.say(`not ${verb}, since it leads out of the repository: ${pattern}`);
    return rule ?? [];
  });
}

/** Of the patterns that are plain names, those of something that is there and that git does not ignore: a person may wonder. */
async function notIgnored(git: Git, root: string, patterns: string[]): Promise<Bytes[]> {
  const found: Bytes[] = [];
  for (const pattern of new Set(patterns)) {
    const name = /[!*?[\\\n]/.test(pattern) || ruleOfSetting(pattern) === null ? null : join('.', pattern);
    const stats = name === null ? null : await lstat(join(root, name)).catch(ifAbsent(null));
    if (name !== null && stats)
      found.push(`${toBytes(name).replace(/\/$/, '')}${stats.isDirectory() ? '/' : ''}`);
  }
  const ignored = await ignoredOf(git, root, found);
  return found.filter(path => !ignored.has(path));
}

async function linkAll(git: Git, trees: Trees, names: Bytes[], report: Report): Promise<void> {
  const to = toText(trees.to);
  const folders = names.map(folderOf).filter(folder => folder !== './');
  const ignored = await ignoredOf(git, to, [...names, ...folders]);
  const made: Bytes[] = [];
  for (const entry of names) {
    const name = entry.replace(/\/$/, '');
    const target = raw(join(trees.from, name));
    if (!ignored.has(entry)) report.notIgnored.add(name);
    else if (await isLinkOutside(trees.from, name)) report.outside.add(name);
    else if ((await hasPlace(trees.to, entry, ignored)) && linkTo(target, trees.to, name)) made.push(name);
  }
  report.linked.addAll(made);
  // The pattern may be one of directories only.
  const asLinks = await ignoredOf(git, to, made);
  for (const name of made)
    if (!asLinks.has(name))
      report.say(
        `git takes the link ${toText(name)} for untracked: a pattern without a slash at its end ignores links too`,
      );
}

async function isLinkOutside(root: Bytes, name: Bytes): Promise<boolean> {
  const stats = await lstat(raw(join(root, name))).catch(ifAbsent(null));
  return stats?.isSymbolicLink()
    ? leadsOut(root, name, await readlink(raw(join(root, name)), 'latin1'))
    : false;
}

/** A link in a directory that is not on this branch would make git show that directory. */
async function hasPlace(root: Bytes, entry: Bytes, ignored: Set<Bytes>): Promise<boolean> {
  const folder = folderOf(entry);
  return ignored.has(folder) || (await lstat(raw(join(root, folder))).catch(ifAbsent(null))) !== null;
}

function folderOf(entry: Bytes): Bytes {
  return `${dirname(entry)}/`;
}

/** Answers whether the link was made: something may stand there, or on the way. */
function linkTo(target: Buffer, root: Bytes, name: Bytes): boolean {
  const folder = makeBelow(root, dirname(name));
  if (folder === null) return false;
  return inFolder(folder, ({ path }) => {
    try {
      symlinkSync(target, raw(join(path, basename(name))));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

/**
 * Of these entries what git ignores in the new work tree as well. A directory that the branch has too, with something tracked
 * in it, is not ignored as a whole: then what is in it, one by one.
 */
async function ignoredBelow(git: Git, trees: Trees, names: Bytes[], report: Report): Promise<Bytes[]> {
  const found: Bytes[] = [];
  let entries = names;
  while (entries.length > 0) {
    const ignored = await ignoredOf(git, toText(trees.to), entries);
    const below: Bytes[][] = [];
    for (const entry of entries) {
      if (ignored.has(entry)) {
        found.push(entry);
        continue;
      }
      const name = entry.replace(/\/$/, '');
      const there = await lstat(raw(join(trees.to, name))).catch(ifAbsent(null));
      if (there === null) report.notIgnored.add(name);
      else if (there.isDirectory() && entry.endsWith('/')) below.push(await entriesOf(trees.from, entry));
    }
    entries = below.flat();
  }
  return found;
}

/** What is told in the end. */
class Report {
  readonly submodules: Bytes[] = [];
  readonly linked = new Names();
  readonly copied = new Names();
  readonly outside = new Names();
  readonly unreadable = new Names();
  readonly notIgnored = new Names();
  readonly seen = new Names();
  readonly #more: string[] = [];

  say(line: string): void {
    this.#more.push(line);
  }

  lines(): string[] {
    const submodules = new Names();
    submodules.addAll(this.submodules);
    const parts = [
      this.copied.line('copied'),
      this.linked.line('linked'),
      submodules.line(this.submodules.length === 1 ? 'submodule' : 'submodules'),
    ].filter(part => part !== '');
    return [
      parts.join('; '),
      this.notIgnored.line('left out, since git does not ignore it on this branch:'),
      this.seen.line('left out, since git does not ignore it:'),
      this.outside.line('left out, since it leads out of the repository:'),
      this.unreadable.line('left out, since it cannot be read:'),
      ...this.#more,
    ].filter(line => line !== '');
  }
}
