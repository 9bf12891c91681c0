import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Mail } from '../../cli/daemon/post/mail.js';

function mailbox(t: ExecutionContext) {
  const root = mkdtempSync('/tmp/a-mail-');
  t.teardown(() => rmSync(root, { recursive: true }));
  const mail = new Mail(root);
  const publish = (token: string) => {
    mail.draft('main', token, 'hook', [], 'L1');
    mail.publish('main', token);
  };
  /** As an agent's hook does it. */
  const claim = (name: string) =>
    renameSync(join(root, 'main', 'pending'), join(root, 'main', `claimed-L1-${name}`));
  return { root, mail, publish, claim, names: () => readdirSync(join(root, 'main')) };
}

test('one that was claimed is not taken back, nor the next one in its place', t => {
  const { mail, publish, claim, names } = mailbox(t);
  publish('a');
  claim('1');
  publish('b');
  t.false(mail.takeBack('main', 'a', 'hook'));
  t.true(names().includes('pending'));
  t.true(mail.takeBack('main', 'b', 'hook'));
  t.false(names().includes('pending'));
});

test('what was taken back is so until it is forgotten, through any death', t => {
  const { root, mail, publish, names } = mailbox(t);
  publish('a');
  t.true(mail.takeBack('main', 'a', 'hook'));
  t.true(new Mail(root).takeBack('main', 'a', 'hook'));
  mail.forget('main', 'a');
  t.deepEqual(names(), []);
  t.false(mail.takeBack('main', 'a', 'hook'));
});

test('a draft nobody could claim counts as not claimed', t => {
  const { mail, names } = mailbox(t);
  mail.draft('main', 'a', 'hook', [], 'L1');
  t.true(mail.takeBack('main', 'a', 'hook'));
  mail.forget('main', 'a');
  t.deepEqual(names(), []);
});

test('it is known whether a delivery was claimed', t => {
  const { mail, publish, claim } = mailbox(t);
  t.false(mail.isClaimed('main', 'a'));
  publish('a');
  t.false(mail.isClaimed('main', 'a'));
  claim('1');
  publish('b');
  t.true(mail.isClaimed('main', 'a'));
  t.false(mail.isClaimed('main', 'b'));
});
