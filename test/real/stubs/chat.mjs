#!/usr/bin/env node

// Loopback stub of the OpenAI Chat Completions API, for the many agents that
// speak it. No dependencies; Node >= 18. Binds 127.0.0.1 only.
//
//   node chat.mjs [--port 0] [--port-file FILE] [--model NAME]
//
// Prints "listening http://127.0.0.1:PORT/v1" once ready.
//
//   GET  /v1/models             a one-model list
//   POST /v1/chat/completions   SSE chunks, or one answer without "stream": true
//   GET  /_stub/requests        what was asked so far (JSON): an entry has `text`,
//                               the last user message (300 characters), `nMessages`,
//                               and `main`, false for a request that offers no tools:
//                               an agent's own, for a title or a suggestion
//   GET  /_stub/bodies          the same requests as they came
//   POST /_stub/fail {"status":500,"count":3}   fail the next 3 main requests
//   POST /_stub/fail {"status":0}               stop failing
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

import fs from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    port: { type: 'string' },
    'port-file': { type: 'string' },
    model: { type: 'string' },
  },
});
const PORT = Number(args.port ?? 0);
const MODEL = args.model ?? 'stub-model';

const entries = [];
const bodies = [];
let forced = { status: 0, count: 0 };
const failures = new Map(); // STATUS:<status>x<n> counters, by prompt
let serial = 0;

const sleep = (s, signal) =>
  new Promise(resolve => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, s * 1000);
    signal.addEventListener('abort', done);
  });

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
  const fail = text.match(/(?:^|\s)STATUS:(\d+)(?:x(\d+))?/);
  return {
    reply: get('REPLY:([^\\n]*)'),
    sleep: Number(get('SLEEP:([\\d.]+)') ?? 0),
    stream: Number(get('STREAM:([\\d.]+)') ?? 0),
    tools: [...text.matchAll(/(?:^|\s)TOOL:([^\n]*)/g)].map(([, command]) => command.trim()),
    fail: fail && { status: Number(fail[1]), times: fail[2] ? Number(fail[2]) : Infinity },
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
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  entries.push({
    t: new Date().toISOString(),
    event: 'messages',
    main,
    text: text.slice(0, 300),
    textLength: text.length,
    done,
    nMessages: body.messages?.length ?? 0,
  });
  bodies.push(body);

  if (main && forced.status && forced.count > 0) {
    forced.count--;
    return httpError(res, forced.status);
  }
  if (plan.fail) {
    const count = (failures.get(text) ?? 0) + 1;
    failures.set(text, count);
    if (count <= plan.fail.times) return httpError(res, plan.fail.status);
  }
  if (plan.sleep) await sleep(plan.sleep, gone.signal);
  if (gone.signal.aborted) return;

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
    for (let i = 0; i < reply.length && !gone.signal.aborted; i += size) {
      if (plan.stream) await sleep(plan.stream / pieces, gone.signal);
      send({ content: reply.slice(i, i + size) });
    }
    if (gone.signal.aborted) return;
  }
  send({}, finish, { usage });
  res.end('data: [DONE]\n\n');
}

function httpError(res, status) {
  const type =
    { 400: 'invalid_request_error', 401: 'authentication_error', 429: 'rate_limit_error' }[status] ??
    'server_error';
  json(res, status, { error: { message: `stub says ${status}`, type, code: type, param: null } });
}

function json(res, status, value) {
  if (res.destroyed) return;
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(value));
}

// ---- the server ----------------------------------------------------------

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', chunk => chunks.push(chunk));
  req.on('end', async () => {
    const raw = Buffer.concat(chunks);
    const path = req.url.split('?')[0];
    try {
      if (path === '/_stub/requests') return json(res, 200, entries);
      if (path === '/_stub/bodies') return json(res, 200, bodies);
      if (path === '/_stub/fail') {
        forced = { status: 0, count: 1, ...JSON.parse(raw) };
        return json(res, 200, {});
      }
      if (req.method === 'GET' && /\/models$/.test(path))
        return json(res, 200, {
          object: 'list',
          data: [{ id: MODEL, object: 'model', owned_by: 'stub' }],
        });
      if (req.method === 'POST' && /\/chat\/completions$/.test(path))
        return await respond(res, JSON.parse(raw));
      json(res, 404, { error: { message: `no route ${req.method} ${path}`, type: 'invalid_request_error' } });
    } catch (e) {
      console.error(e);
      if (!res.headersSent) httpError(res, 500);
      else res.destroy();
    }
  });
});
server.requestTimeout = 0;
server.listen(PORT, '127.0.0.1', () => {
  const { port } = server.address();
  if (args['port-file']) fs.writeFileSync(args['port-file'], String(port));
  console.log(`listening http://127.0.0.1:${port}/v1`);
});
