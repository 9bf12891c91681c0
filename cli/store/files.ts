/** Small files that must never be seen half written, and what can go wrong with them in words for a person. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { EXIT } from '../protocol.js';

/** Largest file that {@link readIfThere} reads, in bytes, unless told otherwise. */
const READ_LIMIT = 16 * 1024 * 1024;

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something else is in its place',
  EISDIR: 'it is a folder',
  ELOOP: 'its links go round in a circle',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'no such folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  ENXIO: 'it is no regular file',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/**
 * Writes a file so that everybody sees either the old or the new content, also after a power cut: a temporary file beside
 * it, synced, then renamed over it. Nothing is left behind when that fails.
 * @param mode permission bits of the new file
 * @throws Failure with the path and the reason (disk full, read-only …)
 */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileFailure('write', path, error);
  }
  syncFolder(folder);
}

/** Without it a power cut may undo the rename. Not every file system can; the content is safe either way. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The file is complete and in its place.
  }
}

/**
 * The text of a file; null when there is none.
 * @param limit largest size in bytes
 * @throws Failure when it cannot be read, is no regular file (a pipe would block for ever), too large, or not UTF-8: what
 * is read with replacement characters and written back would be damaged
 */
export function readIfThere(path: string, limit = READ_LIMIT): string | null {
  let bytes: Buffer;
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = fstatSync(file);
      if (!facts.isFile()) throw new Failure(EXIT.failed, `cannot read ${path}: it is no regular file`);
      if (facts.size > limit) {
        throw new Failure(
          EXIT.failed,
          `cannot read ${path}: it has ${facts.size} bytes, the limit is ${limit}`,
        );
      }
      bytes = readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw fileFailure('read', path, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Failure(EXIT.failed, `cannot read ${path}: it is not UTF-8 text`);
  }
}

/**
 * Makes sure that this folder is there, is ours, and is closed to everybody else (0700). Missing parents are made, 0700 too.
 * @throws Failure when it belongs to another user, is shared by all (`/tmp`), is no folder, or cannot be made
 */
export function ensurePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const facts = statSync(path);
    if (!facts.isDirectory()) throw new Failure(EXIT.failed, `${path} is no folder`);
    if (facts.uid !== process.getuid?.()) {
      throw new Failure(EXIT.failed, `${path} belongs to another user (uid ${facts.uid})`, `ls -ld ${path}`);
    }
    // Closing a folder that many share would take it away from them.
    if (facts.mode & 0o1000) {
      throw new Failure(EXIT.failed, `${path} is a folder that users share, actor needs one of its own`);
    }
    if (facts.mode & 0o077) chmodSync(path, 0o700);
  } catch (error) {
    throw fileFailure('make the folder', path, error);
  }
}

/** What went wrong with a file, as a sentence: `cannot write /a/b: the disk is full`. A Failure passes as it is. */
export function fileFailure(verb: string, path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new Failure(EXIT.failed, `cannot ${verb} ${path}: ${reason}`, undefined, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
