/** What the agents' own transcripts say they were given. A transcript is found by its conversation's id. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RealAgent } from './install.js';

export type Entry = Record<string, unknown>;

/** An event as it stands in an agent's transcript. */
export interface ToldEvent {
  id: number;
  session: string;
  outcome: string;
  redelivered: boolean;
}

interface Transcripts {
  /** Under HOME. */
  folder: string;
  /** How the path of a conversation's file ends. */
  ending(conversation: string): string;
  /** What a line gave to the model from outside: not what the model said, nor what is only queued. */
  given(entry: Entry): string;
}

const TRANSCRIPTS: Record<RealAgent, Transcripts> = {
  claude: { folder: '.claude/projects', ending: id => `/${id}.jsonl`, given: givenToClaude },
  codex: { folder: '.codex/sessions', ending: id => `-${id}.jsonl`, given: givenToCodex },
};

/** The lines of a conversation's transcript; none before its first prompt. */
export async function readTranscript(
  agent: RealAgent,
  home: string,
  conversation: string | null,
): Promise<Entry[]> {
  const { folder, ending } = TRANSCRIPTS[agent];
  const root = join(home, folder);
  const files = await readdir(root, { recursive: true }).catch(() => [] as string[]);
  const file = conversation === null ? undefined : files.find(path => path.endsWith(ending(conversation)));
  if (file === undefined) return [];
  return readEntries(join(root, file));
}

async function readEntries(file: string): Promise<Entry[]> {
  // The last one may be written only in part, and a part may end like a line.
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.filter(line => line.endsWith('}')).map(line => JSON.parse(line) as Entry);
}

/** The texts that these lines gave to the model, oldest first. */
export function givenTexts(agent: RealAgent, entries: Entry[]): string[] {
  return entries.map(TRANSCRIPTS[agent].given).filter(text => text !== '');
}

/** The events that stand in the transcripts of all conversations of this agent. */
export async function toldAnywhere(agent: RealAgent, home: string): Promise<ToldEvent[]> {
  const root = join(home, TRANSCRIPTS[agent].folder);
  const files = (await readdir(root, { recursive: true })).filter(file => file.endsWith('.jsonl'));
  const told = await Promise.all(
    files.map(async file => givenTexts(agent, await readEntries(join(root, file))).flatMap(toldIn)),
  );
  return told.flat();
}

/** The events in a text, in order; the coordinator's prompt, which explains what they look like, holds none. */
export function toldIn(text: string): ToldEvent[] {
  return [...text.matchAll(/<actor-event ([^>]*\bdelivery="[^>]*)>/g)].map(([, head]) => parseTold(head!));
}

function givenToClaude(entry: Entry): string {
  if (entry.type === 'user') {
    const { content } = entry.message as { content: unknown };
    if (typeof content === 'string') return content;
    return (content as { type: string; text?: string }[]).map(block => block.text ?? '').join('\n');
  }
  if (entry.type !== 'attachment') return '';
  const inner = entry.attachment as { type: string; prompt?: string; content?: string[] };
  if (inner.type === 'queued_command') return String(inner.prompt);
  return inner.type === 'hook_additional_context' ? (inner.content ?? []).join('\n') : '';
}

/** Prompts are user messages, what hooks add are developer messages. */
function givenToCodex(entry: Entry): string {
  const payload = entry.payload as { type?: string; role?: string; content?: { text?: string }[] };
  const isMessage = entry.type === 'response_item' && payload.type === 'message';
  if (!isMessage || !['user', 'developer'].includes(payload.role ?? '')) return '';
  return (payload.content ?? []).map(part => part.text ?? '').join('\n');
}

function parseTold(head: string): ToldEvent {
  const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1] ?? '';
  return {
    id: Number(value('id')),
    session: value('session'),
    outcome: value('outcome'),
    redelivered: value('redelivered') === 'true',
  };
}
