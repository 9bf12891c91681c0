/** What stands in a composer is only entered for a person's session if it is surely what was put there. */
import test from 'ava';
import { claude } from '../../cli/agents/claude.js';
import { codex } from '../../cli/agents/codex.js';
import { isOurText } from '../../cli/daemon/acts/look.js';

const PROMPT = 'the build fails on main: find out why, and mend it';

for (const agent of [claude, codex]) {
  test(`${agent.kind}: a prompt, and its beginning as a composer shows it, are ours`, t => {
    t.true(isOurText(agent, PROMPT, PROMPT));
    t.true(isOurText(agent, PROMPT, 'the build fails on\n  main: find'));
    t.true(isOurText(agent, 'go', 'go'));
  });

  test(`${agent.kind}: a few letters that it begins with may be a person’s`, t => {
    for (const draft of ['the', 'the build', 'go', 'something else altogether'])
      t.false(isOurText(agent, PROMPT, draft), draft);
  });
}

test('of a paste that is shown as a placeholder its size must be ours', t => {
  t.true(isOurText(codex, 'x'.repeat(5000), '[Pasted Content 5000 chars]'));
  t.true(isOurText(codex, 'x'.repeat(75_017), '[Pasted Content 75020 chars]'));
  t.false(isOurText(codex, PROMPT, '[Pasted Content 5000 chars]'));
  t.true(isOurText(claude, 'line\n'.repeat(40), '[Pasted text #1 +40 lines]'));
  t.false(isOurText(claude, PROMPT, '[Pasted text #1 +40 lines]'));
});
