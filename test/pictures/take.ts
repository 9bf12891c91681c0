/** `npm run pictures`: takes the README's pictures anew, of real windows. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tellOfWindows } from '../cli/window-story.js';
import { packageRoot } from '../helpers/root.js';
import { svgOf } from './svg.js';

const COLUMNS = 100;
const SIZE = { width: COLUMNS, height: 26, env: { LANG: 'C.UTF-8' } };

test('the menu, and main that is told of completions', async t => {
  const story = await tellOfWindows(t);
  await writeFile(join(story.home, '.bashrc'), "PS1='~/app$ '\n");
  await story.ok('--detach', 'shell');
  const make = (name: string, purpose: string, prompt: string) =>
    story.make(name, '--purpose', purpose, '-p', prompt);
  await make(
    'fix-nav',
    'the navigation bar on phones',
    'echo ".nav { flex-wrap: wrap }" >> app.txt; sleep 600',
  );
  await make('tests', 'the whole suite, on each change', 'echo "214 passed"');
  await make('payments', 'retries of failed payments', 'echo "retry: 3" > retry.yml; ls receipts');
  await make(
    'docs',
    'the handbook, chapter by chapter',
    'git commit -q --allow-empty -m Chapter; echo "chapter 2 is done"',
  );
  await story.until('docs', ({ last }) => last?.outcome === 'completed');
  await story.until('tests', ({ last }) => last?.outcome === 'completed');
  await story.until('payments', ({ status }) => status !== 'working');
  for (const name of ['fix-nav', 'payments']) await story.until(name, ({ dirty }) => dirty === true);
  const person = await story.person(['shell'], SIZE);
  await person.sees(/C-z menu/);
  await person.type('git branch');
  await person.press('Enter');
  await person.sees(/\[actor\] docs completed/);
  await person.sees(/★ +1/);
  await story.until('main', ({ message }) => message?.includes('payments') === true);
  const save = async (name: string, title: string) =>
    writeFile(
      join(packageRoot, 'test', 'pictures', `${name}.svg`),
      svgOf((await person.styledScreen()).replace(/actor-[0-9a-f]{8}/g, 'actor'), COLUMNS, title),
    );
  await save('main', 'A main that is a shell: above its prompt it is told of three completions');
  await person.press('C-z');
  await person.sees(/main +\+ docs/);
  await save('menu', 'The session menu over main: five sessions with their marks, changes and purposes');
  t.pass();
});
