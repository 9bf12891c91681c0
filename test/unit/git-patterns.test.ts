/** Into which directories that git ignores whole is it worth to look? */
import test from 'ava';
import { reachesInto, rulesOf } from '../../cli/git/patterns.js';

const cases: [pattern: string, directory: string, reaches: boolean][] = [
  ['config/*.key', 'config/', true],
  ['config/*.key', 'config/deep/', false],
  ['con*/?eep/x', 'config/deep/', true],
  ['con?/x', 'config/', false],
  ['co*f*g/x', 'config/', true],
  ['co*f*h/x', 'config/', false],
  ['*/x', 'config/', true],
  ['config*/x', 'config/', true],
  ['Config/x', 'config/', true],
  ['\\*/x', 'config/', false],
  ['\\*/x', '*/', true],
  ['a.c/x', 'abc/', false],
  ['[ab]/x', 'config/', true],
  ['config/**/x', 'config/a/b/c/', true],
  ['**/x', 'config/', false],
  ['x', 'config/', false],
];

for (const [pattern, directory, reaches] of cases)
  test(`${pattern} ${reaches ? 'leads' : 'does not lead'} into ${directory}`, t => {
    t.is(reachesInto(rulesOf(pattern)[0]!, directory), reaches);
  });

test('a pattern of many stars is judged at once', t => {
  const [rule] = rulesOf(`${'*a'.repeat(40)}*b/x`);
  t.false(reachesInto(rule!, `${'a'.repeat(200)}/`));
});
