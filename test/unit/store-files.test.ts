import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Failure } from '../../cli/domain/failure.js';
import { ensurePrivateFolder, readIfThere, replaceFile } from '../../cli/store/files.js';

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync('/tmp/actor-files-');
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const modeOf = (path: string) => statSync(path).mode & 0o7777;
const isRoot = process.getuid?.() === 0;

test('replaces a file by another one: private unless told, the old one untouched in whoever has it open', t => {
  const folder = folderFor(t);
  const path = join(folder, 'a.kdl');
  replaceFile(path, 'one');
  t.is(modeOf(path), 0o600);
  const { ino } = statSync(path);
  replaceFile(path, 'two', 0o644);
  t.is(readFileSync(path, 'utf8'), 'two');
  t.is(modeOf(path), 0o644);
  t.not(statSync(path).ino, ino);
  t.deepEqual(readdirSync(folder), ['a.kdl']);
});

test('a failure names the path and the reason, and leaves neither a temporary file nor another content', t => {
  const folder = folderFor(t);
  t.throws(() => replaceFile(join(folder, 'no', 'a'), 'x'), {
    instanceOf: Failure,
    message: `cannot write ${folder}/no/a: no such folder`,
  });
  const taken = join(folder, 'taken');
  mkdirSync(join(taken, 'full'), { recursive: true });
  t.throws(() => replaceFile(taken, 'x'), { instanceOf: Failure, message: /cannot write .*taken: / });
  t.deepEqual(readdirSync(folder), ['taken']);
});

test('a full disk is called so, and what was there stays', t => {
  const folder = folderFor(t);
  if (!mountTiny(t, folder)) return t.pass('needs root, to mount a small disk');
  const path = join(folder, 'a');
  replaceFile(path, 'old');
  t.throws(() => replaceFile(path, 'x'.repeat(1_000_000)), {
    instanceOf: Failure,
    message: `cannot write ${path}: the disk is full`,
  });
  t.is(readFileSync(path, 'utf8'), 'old');
  t.deepEqual(readdirSync(folder), ['a']);
});

/** A file system of 64 KiB at this folder; false where that is not allowed. */
function mountTiny(t: ExecutionContext, folder: string): boolean {
  if (!isRoot) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  t.teardown(() => execFileSync('umount', [folder]));
  return true;
}

test('reads text; null when there is none', t => {
  const folder = folderFor(t);
  t.is(readIfThere(join(folder, 'none')), null);
  writeFileSync(join(folder, 'a'), '\ufeffä\r\n');
  t.is(readIfThere(join(folder, 'a')), '\ufeffä\r\n');
});

test('what would be damaged, is too large, or never ends is not read', t => {
  const folder = folderFor(t);
  const path = join(folder, 'a');
  writeFileSync(path, Buffer.from([0x61, 0xff]));
  t.throws(() => readIfThere(path), { message: `cannot read ${path}: it is not UTF-8 text` });
  writeFileSync(path, 'x'.repeat(11));
  t.throws(() => readIfThere(path, 10), { message: /has 11 bytes, the limit is 10/ });
  t.throws(() => readIfThere(folder), { message: /no regular file/ });
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  t.throws(() => readIfThere(pipe), { message: /no regular file/ });
  symlinkSync('/dev/zero', join(folder, 'zero'));
  t.throws(() => readIfThere(join(folder, 'zero')), { message: /no regular file/ });
});

test('makes a private folder, and closes one that is open', t => {
  const folder = folderFor(t);
  const made = join(folder, 'a', 'b');
  ensurePrivateFolder(made);
  t.is(modeOf(made), 0o700);
  t.is(modeOf(join(folder, 'a')), 0o700);
  chmodSync(made, 0o755);
  ensurePrivateFolder(made);
  t.is(modeOf(made), 0o700);
});

test('refuses a folder that is no folder, or that users share', t => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'file'), '');
  t.throws(() => ensurePrivateFolder(join(folder, 'file')), {
    instanceOf: Failure,
    message: /file: something else is/,
  });
  t.throws(() => ensurePrivateFolder(join(folder, 'file', 'b')), {
    instanceOf: Failure,
    message: /is no folder/,
  });
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  t.throws(() => ensurePrivateFolder(shared), { instanceOf: Failure, message: /users share/ });
  t.is(modeOf(shared), 0o1777);
});

(isRoot ? test : test.skip)('refuses a folder of another user', t => {
  const other = join(folderFor(t), 'other');
  mkdirSync(other);
  chownSync(other, 65534, 65534);
  t.throws(() => ensurePrivateFolder(other), {
    instanceOf: Failure,
    message: `${other} belongs to another user (uid 65534)`,
  });
  t.true(existsSync(other));
});
