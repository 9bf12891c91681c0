/** An agent that ended goes on with its conversation, which is looked for first: that may take a while. */
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { transcriptPath } from '../../cli/agents/claude/places.js';
import { eventually } from '../helpers/wait.js';
import { tellByHook } from './stand-in.js';
import { tell } from './story.js';

test('a prompt that is dropped while the conversation is looked for is not given to the agent', async t => {
  const story = await tell(t);
  await writeFile(
    join(story.bin, 'claude'),
    '#!/bin/sh\nprintf "%s\\n" "$*" >> ~/calls\nuntil [ -e ~/end ]; do sleep 0.05; done\nrm ~/end\n',
    { mode: 0o755 },
  );
  await story.ok('new', 'fix', '--agent', 'claude', '-p', 'first');
  const { dir } = await story.until('fix', ({ window }) => window !== null);
  await tellByHook(story, 'fix', 'SessionStart', { session_id: 'one', source: 'startup' });
  await tellByHook(story, 'fix', 'UserPromptSubmit', { prompt: 'first' });
  await tellByHook(story, 'fix', 'Stop', { last_assistant_message: 'done' });
  await story.until('fix', ({ last, conversation }) => last !== null && conversation === 'one');
  await writeFile(join(story.home, 'end'), '');
  await story.until('fix', ({ status }) => status === 'ended');

  // A pipe: who opens it waits for the other end.
  const transcript = transcriptPath(story.env as Record<string, string>, dir, 'one');
  await mkdir(dirname(transcript), { recursive: true });
  await story.run('mkfifo', [transcript]);
  const { prompt_id } = JSON.parse(await story.ok('run', 'fix', 'second', '--json'));
  await story.ok('queue', 'fix', '--cancel', prompt_id);
  const end = await open(transcript, 'w');
  await rm(transcript);
  await end.close();
  await story.ok('run', 'fix', 'third');
  const calls = await eventually(
    () => story.file('calls'),
    text => text.includes('third'),
  );
  t.false(calls.includes('second'));
  await writeFile(join(story.home, 'end'), '');
});
