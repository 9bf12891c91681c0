/**
 * Copying between two work trees: over nothing that is there, through no symbolic link, and none that leads out. Others may
 * work in both meanwhile. Synchronous: it runs in a thread of its own where there is much to do (copying.ts).
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  lutimesSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Bytes, isWithin, raw, saysOutside } from './bytes.js';
import {
  DESCRIPTORS,
  type Folder,
  inFolder,
  makeBelow,
  makeFolder,
  openBelow,
  openFolder,
} from './folder.js';
import { Names } from './names.js';

export interface Trees {
  /** Absolute roots, symbolic links resolved. */
  from: Bytes;
  to: Bytes;
}

const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } =
  constants;

/** Read at once of a file, in bytes. */
const CHUNK = 256 * 1024;
const ZEROS = Buffer.alloc(CHUNK);

/** The unit of `stat.blocks`, in bytes (inode(7)). */
const BLOCK = 512;

/** No more entries. */
const END = Symbol('end');

/** Of the machine, not of a file: then nothing is left out for it. */
const OUR_OWN = ['EMFILE', 'ENFILE', 'ENOMEM'];

/** What came of copying so far. */
export class Copying {
  /** Files and symbolic links that were made. */
  made = 0;
  /** What was left out because its target is not in the repository. */
  readonly outside = new Names();
  /** What nobody may read, or went away meanwhile. */
  readonly unreadable = new Names();

  readonly #trees: Trees;
  readonly #onMade: () => void;
  readonly #buffer = Buffer.allocUnsafe(CHUNK);
  /** Does the file system share the blocks of two files? Tried once. */
  #shares = true;

  constructor(trees: Trees, onMade: () => void) {
    this.#trees = trees;
    this.#onMade = onMade;
  }

  /**
   * Copies `name` (a file, a link, or a directory with all in it; relative to both roots) with modes and times of change. What
   * exists is left as it is, directories are merged. Sockets and pipes are left out, and so is a directory with a `.git` file:
   * another work tree, whose repository would take the copy for it. A file that changes meanwhile is copied as it is read.
   * @throws an I/O error such as a full disk; what was copied so far stays
   */
  copy(name: Bytes): void {
    const folder = dirname(name);
    const source = this.#ofSource(name, () => openBelow(this.#trees.from, folder));
    if (source === null) return;
    inFolder(source, from => {
      const target = makeBelow(this.#trees.to, folder);
      if (target) inFolder(target, to => this.#entry(from, to, name));
    });
  }

  #entry(from: Folder, to: Folder, name: Bytes): void {
    const source = join(from.path, basename(name));
    const target = join(to.path, basename(name));
    const stats = this.#ofSource(name, () => lstatSync(raw(source)));
    if (stats?.isDirectory()) this.#directory(source, target, name);
    else if (stats?.isSymbolicLink()) this.#link(source, target, name);
    else if (stats?.isFile()) this.#file(source, target, name);
  }

  #directory(source: Bytes, target: Bytes, name: Bytes): void {
    const opened = this.#ofSource(name, () => openFolder(source));
    if (opened === null) return;
    inFolder(opened, from => {
      if (isOtherWorkTree(from)) return;
      const { mode } = fstatSync(from.fd);
      const isNew = makeFolder(target, (mode & 0o777) | 0o700);
      const made = openFolder(target);
      if (made === null) return;
      inFolder(made, to => {
        const entries = this.#ofSource(name, () => opendirSync(raw(from.path), { encoding: 'latin1' }));
        if (entries === null) return;
        try {
          // Not all names at once: there may be a hundred thousand.
          for (;;) {
            const entry = this.#ofSource(name, () => entries.readSync() ?? END);
            if (entry === null || entry === END) break;
            this.#entry(from, to, join(name, entry.name));
          }
        } finally {
          entries.closeSync();
        }
        if (isNew) fchmodSync(to.fd, mode & 0o7777);
      });
    });
  }

  #file(path: Bytes, target: Bytes, name: Bytes): void {
    // Not a link that has come in its place, and not a pipe, whose opening would wait for a writer for ever.
    const source = this.#ofSource(name, () => openSync(raw(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    if (source === null) return;
    try {
      const stats = fstatSync(source);
      if (!stats.isFile()) this.unreadable.add(name);
      else if (this.#share(source, target, stats) || this.#write(source, target, name, stats)) this.#tell();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      closeSync(source);
    }
  }

  /** As a file of the same blocks, where the file system can. */
  #share(source: number, target: Bytes, { atimeMs, mtimeMs }: Stats): boolean {
    if (!this.#shares || DESCRIPTORS === null) return false;
    try {
      copyFileSync(`${DESCRIPTORS}/${source}`, raw(target), COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
    } catch (error) {
      if (['EEXIST', 'ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.#shares = false;
      return false;
    }
    lutimesSync(raw(target), atimeMs / 1000, mtimeMs / 1000);
    return true;
  }

  /**
   * Byte by byte, and no more than there were: a log grows. Not by fs.copyFile, which for ever asks for the rest of a file that
   * was cut short meanwhile (libuv 1.46: a thread at full load that nothing ends).
   */
  #write(source: number, target: Bytes, name: Bytes, stats: Stats): boolean {
    const made = openSync(raw(target), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    // It may be much larger than what is in it (a disk image), and than the disk.
    const hasHoles = stats.blocks * BLOCK < stats.size;
    let isWhole = false;
    try {
      let done = 0;
      while (done < stats.size) {
        const wanted = Math.min(stats.size - done, CHUNK);
        const count = this.#ofSource(name, () => readSync(source, this.#buffer, 0, wanted, null));
        if (count === null) return false;
        if (count === 0) break;
        if (!hasHoles || ZEROS.compare(this.#buffer, 0, count, 0, count) !== 0)
          for (let at = 0; at < count; ) at += writeSync(made, this.#buffer, at, count - at, done + at);
        done += count;
      }
      if (hasHoles) ftruncateSync(made, done);
      fchmodSync(made, stats.mode & 0o7777);
      futimesSync(made, stats.atimeMs / 1000, stats.mtimeMs / 1000);
      isWhole = true;
    } finally {
      closeSync(made);
      if (!isWhole) unlinkSync(raw(target));
    }
    return isWhole;
  }

  #link(source: Bytes, target: Bytes, name: Bytes): void {
    const text = this.#ofSource(name, () => readlinkSync(raw(source), 'latin1'));
    if (text === null) return;
    if (leadsOut(this.#trees.from, name, text)) {
      this.outside.add(name);
      return;
    }
    try {
      symlinkSync(raw(text), raw(target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      throw error;
    }
    this.#tell();
  }

  #tell(): void {
    this.made++;
    this.#onMade();
  }

  /** What the source refuses is left out and told; null then, and where something else is found than was looked for. */
  #ofSource<Value>(name: Bytes, act: () => Value | null): Value | null {
    let value: Value | null = null;
    try {
      value = act();
    } catch (error) {
      if (OUR_OWN.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    if (value === null) this.unreadable.add(name);
    return value;
  }
}

/** Does a link at `name` that says `text` lead out of `root`, or does nobody know? Of one that is dangling, its words count. */
export function leadsOut(root: Bytes, name: Bytes, text: Bytes): boolean {
  if (saysOutside(root, name, text)) return true;
  try {
    return !isWithin(realpathSync.native(raw(join(root, name)), 'latin1'), root);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function isOtherWorkTree(folder: Folder): boolean {
  const entry = lstatSync(raw(join(folder.path, '.git')), { throwIfNoEntry: false });
  return entry !== undefined && !entry.isDirectory();
}
