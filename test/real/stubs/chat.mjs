#!/usr/bin/env node

// Loopback stub of the OpenAI Chat Completions API, for the many agents that
// speak it. No dependencies; Node >= 18. Binds 127.0.0.1 only.
//
//   GET  /v1/models             a one-model list
//   POST /v1/chat/completions   SSE chunks, or one answer without "stream": true
//
// A request that offers no tools is the agent's own, for a title or a suggestion.
// Arguments and the rest of the routes: frame.mjs.
//
// The stub is scripted by the LAST user message of a main request. Directives
// may be combined, each at the start of a line or after whitespace; one that
// takes "the rest of the line" comes last on its line ("SLEEP:2 REPLY:done"):
//
//   REPLY:<text>       final text = rest of that line            (default "ok")
//   SLEEP:<s>          wait <s> seconds before the answer starts (a turn lasts)
//   STREAM:<s>         send the text in pieces spread over <s> seconds
//   TOOL:<command>     first answer with a call of the agent's shell tool running
//                      <command> (rest of the line); once its output comes back,
//                      end with REPLY's text, or "ran". Several are called one
//                      after the other
//   STATUS:<status>    answer with that HTTP status and an OpenAI error body
//                      (400, 401, 429, 500 ...); STATUS:<status>x<n> fails only
//                      the first <n> requests of that prompt
//
// SLEEP applies to each request of the turn, STREAM to the text answer.

import { failIn, failureOf, goneSignal, json, note, openaiError, serve, sleep } from './frame.mjs';

const MODEL = 'stub-model';
let serial = 0;

// ---- reading the request -------------------------------------------------

const textOf = ({ content }) =>
  typeof content === 'string' ? content : (content ?? []).map(part => part.text ?? '').join('\n');

// The last user message, without what the agent adds of itself, and how many
// tools have answered since.
function situation(messages) {
  let done = 0;
  for (const message of [...messages].reverse()) {
    if (message.role === 'tool') done++;
    if (message.role !== 'user') continue;
    const text = textOf(message)
      .replace(/<system-reminder>[\s\S]*?<\/system-reminder>\s*/g, '')
      .trim();
    if (text) return { text, done };
  }
  return { text: '', done };
}

function script(text) {
  const get = pattern => text.match(new RegExp(`(?:^|\\s)${pattern}`))?.[1]?.trim();
  return {
    reply: get('REPLY:([^\\n]*)'),
    sleep: Number(get('SLEEP:([\\d.]+)') ?? 0),
    stream: Number(get('STREAM:([\\d.]+)') ?? 0),
    tools: [...text.matchAll(/(?:^|\s)TOOL:([^\n]*)/g)].map(([, command]) => command.trim()),
    fail: failIn(text, 'STATUS'),
  };
}

/** A call of the shell tool that this agent offers, with each argument that it requires. */
function shellCall(tools, command) {
  const found = tools.map(tool => tool.function).find(({ name }) => /shell|bash|command|exec/i.test(name));
  const { properties = {}, required = [] } = found?.parameters ?? {};
  const filled = required.map(key => [key, properties[key]?.type === 'boolean' ? false : 'stub command']);
  const argument = 'cmd' in properties ? 'cmd' : 'command';
  return { name: found?.name ?? 'bash', args: { ...Object.fromEntries(filled), [argument]: command } };
}

// ---- answering -----------------------------------------------------------

async function respond(res, body) {
  const { text, done } = situation(body.messages ?? []);
  const tools = body.tools ?? [];
  const main = tools.length > 0;
  const plan = script(main ? text : '');
  const gone = goneSignal(res);
  note({ event: 'messages', main, text, done, nMessages: body.messages?.length ?? 0 }, body);
  const status = failureOf({ main, text, fail: plan.fail });
  if (status) return openaiError(res, status);
  if (plan.sleep) await sleep(plan.sleep, gone);
  if (gone.aborted) return;

  const command = plan.tools[done];
  const reply = plan.reply ?? (plan.tools.length > 0 ? 'ran' : 'ok');
  const call = command === undefined ? null : shellCall(tools, command);
  const called = call && {
    id: `call_${++serial}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  };
  const finish = called ? 'tool_calls' : 'stop';
  const head = {
    id: `chatcmpl-${++serial}`,
    created: Math.floor(Date.now() / 1000),
    model: body.model ?? MODEL,
  };
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  if (!body.stream) {
    const message = {
      role: 'assistant',
      content: called ? null : reply,
      ...(called && { tool_calls: [called] }),
    };
    const choices = [{ index: 0, message, finish_reason: finish }];
    return json(res, 200, { ...head, object: 'chat.completion', choices, usage });
  }
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (delta, reason = null, more = {}) => {
    const choices = [{ index: 0, delta, finish_reason: reason }];
    res.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more })}\n\n`);
  };
  send({ role: 'assistant', content: '' });
  if (called) send({ tool_calls: [{ index: 0, ...called }] });
  else {
    const pieces = plan.stream ? Math.max(2, Math.round(plan.stream * 5)) : 1;
    const size = Math.ceil(reply.length / pieces) || 1;
    for (let i = 0; i < reply.length && !gone.aborted; i += size) {
      if (plan.stream) await sleep(plan.stream / pieces, gone);
      send({ content: reply.slice(i, i + size) });
    }
    if (gone.aborted) return;
  }
  send({}, finish, { usage });
  res.end('data: [DONE]\n\n');
}

serve({
  base: '/v1',
  sendError: openaiError,
  routes: {
    'GET /models': res =>
      json(res, 200, { object: 'list', data: [{ id: MODEL, object: 'model', owned_by: 'stub' }] }),
    'POST /chat/completions': respond,
  },
});
