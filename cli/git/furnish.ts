/**
 * What a new work tree gets so that an agent can work in it at once: the main work tree's submodules, links to its directories
 * that are costly to make (`node_modules`), copies of its files that are no part of any commit (`.env`). Of what git ignores
 * only, in the main work tree and in the new one: what is tracked comes by git, and what is merely untracked is somebody's work.
 */
import { lstat, readFile, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bytes, raw, toBytes, toText } from './bytes.js';
import { copyBetween, leadsOut, makeParents, type Trees } from './copy.js';
import type { Git } from './git.js';
import { entriesOf, ignoredOf, Matcher } from './ignored.js';
import { ifAbsent, readLink } from './link.js';
import { type Rule, ruleOfSetting, rulesOf } from './patterns.js';
import { populateSubmodules } from './populate.js';

/** Patterns of the settings, see {@link ruleOfSetting}. */
export interface Furnishing {
  copy: string[];
  link: string[];
}

/** Gitignore's syntax, at the root of the main work tree; what it matches is copied as well. */
const INCLUDE_FILE = '.worktreeinclude';
/** So many names stand in a notice. */
const SHOWN = 3;

/**
 * Furnishes the work tree at `path`, which git has just made, from the main one at `repo`. Nothing that stands there is
 * replaced, and no symbolic link is followed. Answers what was done and what was left out, as lines for a person.
 * @throws when it cannot be completed (a full disk): then the work tree is not to be used
 */
export async function furnish(
  git: Git,
  { repo, path }: { repo: string; path: string },
  { copy, link }: Furnishing,
  onProgress: (text: string) => void,
): Promise<string[]> {
  if ((await lstat(join(repo, '.git')).catch(ifAbsent(null))) === null) return [];
  const [from, to, state, included] = await Promise.all([
    realpath(repo),
    realpath(path),
    readLink(path),
    readFile(join(repo, INCLUDE_FILE), 'latin1').catch(() => ''),
  ]);
  if (state.state !== 'linked') return [];
  const report = new Report();
  const submodules = await populateSubmodules(
    git,
    { source: state.link.commonDir, sourceTree: from, target: state.link.gitDir, targetTree: to },
    submodule => onProgress(`submodule ${submodule}`),
  );
  report.submodules.push(...submodules.done);
  for (const { path, reason } of submodules.failed)
    report.say(`submodule ${path} is not initialised: ${reason}`);

  const rules = {
    link: usable(link, 'linked', report),
    copy: [...rulesOf(included), ...usable(copy, 'copied', report)],
  };
  if (rules.link.length === 0 && rules.copy.length === 0) return report.lines();
  onProgress('looking for what to copy');
  const matcher = await Matcher.open(git, from);
  try {
    const trees: Trees = { from: toBytes(from), to: toBytes(to) };
    await linkAll(git, trees, await matcher.matchesThemselves(rules.link), report);
    await copyAll(git, trees, await matcher.matches(rules.copy), report, onProgress);
    report.seen.push(...(await notIgnored(git, from, [...link, ...copy])));
  } finally {
    await matcher.close();
  }
  return report.lines();
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
    if (!ignored.has(entry)) report.notIgnored.push(name);
    else if (await isLinkOutside(trees.from, name)) report.outside.push(name);
    else if ((await hasPlace(trees.to, entry, ignored)) && (await makeParents(trees.to, name)))
      if (await linkTo(target, raw(join(trees.to, name)))) made.push(name);
  }
  report.linked.push(...made);
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
  return stats?.isSymbolicLink() ? leadsOut(root, name) : false;
}

/** A link in a directory that is not on this branch would make git show that directory. */
async function hasPlace(root: Bytes, entry: Bytes, ignored: Set<Bytes>): Promise<boolean> {
  const folder = folderOf(entry);
  return ignored.has(folder) || (await lstat(raw(join(root, folder))).catch(ifAbsent(null))) !== null;
}

function folderOf(entry: Bytes): Bytes {
  return `${dirname(entry)}/`;
}

async function linkTo(target: Buffer, path: Buffer): Promise<boolean> {
  return symlink(target, path).then(
    () => true,
    error => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function copyAll(
  git: Git,
  trees: Trees,
  names: Bytes[],
  report: Report,
  onProgress: (text: string) => void,
): Promise<void> {
  let before = 0;
  for (const entry of await ignoredBelow(git, trees, names, report)) {
    const name = entry.replace(/\/$/, '');
    const { made, outside, unreadable } = await copyBetween(trees, name, count =>
      onProgress(`copying: ${before + count} files`),
    );
    before += made;
    if (made > 0) report.copied.push(entry);
    report.outside.push(...outside);
    report.unreadable.push(...unreadable);
  }
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
    const below: Bytes[] = [];
    for (const entry of entries) {
      if (ignored.has(entry)) {
        found.push(entry);
        continue;
      }
      const name = entry.replace(/\/$/, '');
      const there = await lstat(raw(join(trees.to, name))).catch(ifAbsent(null));
      if (there === null) report.notIgnored.push(name);
      else if (there.isDirectory() && entry.endsWith('/'))
        below.push(...(await entriesOf(trees.from, entry)));
    }
    entries = below;
  }
  return found;
}

/** What is told in the end. */
class Report {
  readonly submodules: string[] = [];
  readonly linked: Bytes[] = [];
  readonly copied: Bytes[] = [];
  readonly outside: Bytes[] = [];
  readonly unreadable: Bytes[] = [];
  readonly notIgnored: Bytes[] = [];
  readonly seen: Bytes[] = [];
  readonly #more: string[] = [];

  say(line: string): void {
    this.#more.push(line);
  }

  lines(): string[] {
    const parts = [
      named('copied', this.copied.map(toText)),
      named('linked', this.linked.map(toText)),
      named(this.submodules.length === 1 ? 'submodule' : 'submodules', this.submodules),
    ].filter(part => part !== '');
    return [
      parts.join('; '),
      named('left out, since git does not ignore it on this branch:', this.notIgnored.map(toText)),
      named('left out, since git does not ignore it:', this.seen.map(toText)),
      named('left out, since it leads out of the repository:', this.outside.map(toText)),
      named('left out, since it cannot be read:', this.unreadable.map(toText)),
      ...this.#more,
    ].filter(line => line !== '');
  }
}

function named(what: string, names: string[]): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${what} ${names.slice(0, SHOWN).join(', ')}${more}`;
}
