/** What programs say and people call things, on a person's terminal: whole, in its place, and without any effect. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { displayWidth as widthInTmux } from '../../tmux/format.js';
import { holds } from '../helpers/wait.js';
import { tellOfWindows } from './window-story.js';

test.serial(
  'last messages and branches do nothing in list, list -f, show, the menu and the title',
  async t => {
    const story = await tellOfWindows(t);
    const file = join(story.home, 'touched');
    const said = [
      `#(touch ${file})#{pid}#[fg=red]`,
      '\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1b[?1049h\x1b[2J\x1b[5;5Hmoved',
      '\u202eabc\u2067 \u200b\ufeffdef',
      '👩‍👩‍👧 日本語 e\u0301',
      'nul\0nul\r\nsecond\x0bline',
      `'; kill-server ; run-shell "touch ${file}" ; '%1%%`,
      '#'.repeat(10_000),
    ];
    const branches = [
      `b#(touch\${IFS}${file})`,
      'b#{pid}#S',
      'b\u202eabc',
      'b日本👩‍👩‍👧',
      `b'"$(touch\${IFS}x);`,
    ];
    await story.ok('--detach', 'shell');
    for (const [index, text] of said.entries()) {
      await writeFile(join(story.home, `said-${index}`), text);
      const branch = branches[index];
      const where = branch === undefined ? ['--no-worktree'] : ['--branch', branch.replaceAll('/', '∕')];
      await story.make(`s-${index}`, `cat ~/said-${index}; echo; echo end-${index}`, ...where);
    }
    await story.ok('wait');

    const shows = said.map((_, index) => `actor show s-${index} | tail -n 3 | cut -c -80`).join('; ');
    const script = `actor list; ${shows}; actor logs s-1; echo all shown; read x; actor list -f; exec sleep 600`;
    const reader = await story.person([], { argv: ['/bin/sh', '-c', script], width: 110, height: 70 });
    const { raw } = reader;
    const isTable = (screen: string) => {
      const rows = screen.split('\n').filter(line => /^ +s-\d/.test(line));
      t.is(rows.length, said.length, screen);
      for (const row of rows) t.regex(row, /^ {3}s-\d +idle +shell /);
      // The terminal's own count of columns.
      const turns = rows.map(row => widthInTmux(/^.*?(?=(?:\d+m)?\d+s ago)/.exec(row)?.[0] ?? row));
      t.is(new Set(turns).size, 1, screen);
    };
    const pages = await reader.sees(/all shown/);
    isTable(pages);
    for (const index of said.keys()) t.regex(pages, new RegExp(`end-${index}`));
    await reader.fingers('Enter');
    isTable(await reader.sees(/^((?!all shown)[\s\S])*NAME +STATUS +AGENT[\s\S]*s-6/));
    t.notRegex(await reader.title(), /owned/);
    t.notRegex(await raw(), /\x1b\][02]|\x1b\[5;5H|[\0\x0b]/);

    const person = await story.person(['attach'], { width: 110, height: 40 });
    await person.sees(/C-z menu/);
    const line = (await person.screen()).split('\n').at(-1)!;
    t.regex(line, /1 ♛ main {2}2 s-0 {2}3 s-1 {2}4 s-2/);
    await person.fingers('C-z');
    const menu = await person.sees(/8 sessions[\s\S]*s-6/);
    const entries = menu.split('\n').filter(row => /─> \d/.test(row));
    t.is(entries.length, 8, menu);
    for (const entry of entries) t.regex(entry, /^[├└]─> \d: [♛ ] {3}\S+( +\S.*)?$/u);
    await person.fingers('q');
    for (const index of said.keys()) {
      await person.fingers(`M-${index + 2}`);
      await person.sees(new RegExp(`end-${index}`));
      t.is(await person.title(), `s-${index} - actor`);
    }
    await holds(
      () =>
        access(file).then(
          () => 'touched',
          () => 'no',
        ),
      found => found === 'no',
    );
    t.is((await story.list()).length, 8);
  },
);
