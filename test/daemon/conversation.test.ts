import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isRecorded } from '../../cli/daemon/conversation.js';

test('a conversation is there once its file holds what can be resumed, wherever the file lies', async t => {
  const root = await mkdtemp(join(tmpdir(), 'actor-conversation-'));
  t.teardown(() => rm(root, { recursive: true }));
  const file = join(root, 'here', 'id-1.jsonl');
  const record = { files: [file], folders: [join(root, 'elsewhere'), root], mark: '"type":"user"' };
  t.false(await isRecorded('id-1', record), 'no file');
  await mkdir(join(root, 'here', 'id-1'), { recursive: true });
  t.false(await isRecorded('id-1', record), 'a folder of that name');
  await writeFile(file, '{"type":"custom-title"}\n{"type":"mode"}\n');
  t.false(await isRecorded('id-1', record), 'a file without a message');
  const elsewhere = join(root, 'there', 'id-1.jsonl');
  await mkdir(join(root, 'there'));
  await writeFile(elsewhere, '{"type":"mode"}\n{"uuid":"1","type":"user"}\n');
  t.true(await isRecorded('id-1', record), 'moved');
  await rm(elsewhere);
  await writeFile(file, '{"type":"mode"}\n{"uuid":"1","type":"user"}\n');
  t.true(await isRecorded('id-1', record));
  t.false(await isRecorded('id-2', { ...record, files: [] }), 'another one');
  t.true(await isRecorded('id-1', { files: [], folders: [root] }), 'whatever stands there');
});

test.serial('what cannot be read is passed over, and what lies beside it is found', async t => {
  const root = await mkdtemp(join(tmpdir(), 'actor-conversation-'));
  await chmod(root, 0o755);
  const closed = join(root, 'closed');
  const file = join(root, 'id-1.jsonl');
  await mkdir(closed);
  await writeFile(file, '{"type":"user"}\n', { mode: 0 });
  await chmod(closed, 0);
  await mkdir(join(root, 'open'));
  const elsewhere = join(root, 'open', 'id-1.jsonl');
  await writeFile(elsewhere, '{"type":"mode"}\n');
  // Root reads everything: it is somebody else for this test.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  t.teardown(async () => {
    if (isRoot) process.seteuid?.(0);
    await chmod(closed, 0o700);
    await rm(root, { recursive: true });
  });
  const record = { files: [file], folders: [root] };
  t.false(await isRecorded('id-1', { ...record, mark: '"type":"user"' }));
  t.true(await isRecorded('id-1', { ...record, mark: '"type":"mode"' }));
});
