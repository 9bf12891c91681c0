import test from 'ava';
import { helpText } from '../../cli/client/help.js';
import { CATALOG } from '../../cli/commands/catalog.js';

for (const width of [null, 80, 60])
  test(`examples can be copied: each is a line of its own, whole, at ${width ?? 'any'} columns`, async t => {
    for (const command of CATALOG) {
      const lines = (await helpText(CATALOG, command, width)).split('\n').map(line => line.trim());
      for (const [example, what] of command.examples ?? []) {
        t.true(lines.includes(example), `${command.name}: ${example}`);
        t.true(lines.includes(what), `${command.name}: ${what}`);
      }
    }
  });
