// What the stubs of this folder share: arguments, log, failures on demand, the
// server on loopback. Each stub's own header says how a prompt steers it.
//
//   node <stub>.mjs [--port 0] [--port-file FILE]
//
//   GET  /_stub/requests   what was asked so far (JSON): an entry has `text`, the
//                          last user message (of a long one, `textLength`, its begin and its end), and
//                          `main`, false for an agent's own request (a title)
//   GET  /_stub/bodies     the same requests as they came
//   POST /_stub/fail {"status":500,"count":3}   fail the next 3 main requests
//   POST /_stub/fail {"status":0}               stop failing
//   POST /_stub/release {"name":"gate"}         let the answers go that are held by that name, now or later

import fs from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';

export const entries = [];
const bodies = [];
let forced = { status: 0, count: 0 };
/** By prompt: how many requests it has failed already. */
const failures = new Map();

/** Notes what was asked. @param entry with `main`, whole `text` and whatever else tells of it */
export function note({ text = '', ...entry }, body) {
  const shown = text.length <= 300 ? text : `${text.slice(0, 200)} … ${text.slice(-100)}`;
  entries.push({ t: new Date().toISOString(), ...entry, text: shown, textLength: text.length });
  if (body !== undefined) bodies.push(body);
}

/** The HTTP status to fail this request with, or 0. @param fail what its prompt says: `{status, times}`, or nothing */
export function failureOf({ main, text, fail }) {
  if (main && forced.status && forced.count > 0) {
    forced.count--;
    return forced.status;
  }
  if (!fail) return 0;
  const count = (failures.get(text) ?? 0) + 1;
  failures.set(text, count);
  return count <= fail.times ? fail.status : 0;
}

/** By name: what is held until it is released. */
const gates = new Map();

function gate(name) {
  if (!gates.has(name)) {
    let open;
    const opened = new Promise(resolve => {
      open = resolve;
    });
    gates.set(name, { opened, open });
  }
  return gates.get(name);
}

/** Resolves when this name is released, or when `signal` aborts; at once without a name. */
export async function held(name, signal) {
  if (!name || signal.aborted) return;
  const gone = new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([gate(name).opened, gone]);
}

/** `500`, or `500x3`: so often. */
export function failIn(text, word) {
  const [, status, times] = new RegExp(`(?:^|\\s)${word}:(\\d+)(?:x(\\d+))?`).exec(text) ?? [];
  return status && { status: Number(status), times: times ? Number(times) : Infinity };
}

/** Resolves after this many seconds, or when `signal` aborts. */
export function sleep(seconds, signal) {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal?.addEventListener('abort', done);
  });
}

/** Aborts when the client hangs up before it was answered. */
export function goneSignal(res) {
  const gone = new AbortController();
  res.on('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  return gone.signal;
}

export function json(res, status, value, headers = {}) {
  if (res.destroyed) return;
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(value));
}

/** As the OpenAI APIs word an error. */
export function openaiError(res, status) {
  const type =
    { 400: 'invalid_request_error', 401: 'authentication_error', 429: 'rate_limit_error' }[status] ??
    'server_error';
  json(res, status, { error: { message: `stub says ${status}`, type, code: type, param: null } });
}

/**
 * Serves on 127.0.0.1, and prints "listening http://127.0.0.1:PORT<base>" once ready.
 * @param routes by method and end of the path ("POST /responses"): called with the response and the body
 * @param sendError answers with this HTTP status
 * @param otherwise answers what no route takes
 */
export function serve({ routes, sendError, otherwise = res => sendError(res, 404), base = '' }) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, 'port-file': { type: 'string' } } });
  const control = {
    'GET /_stub/requests': res => json(res, 200, entries),
    'GET /_stub/bodies': res => json(res, 200, bodies),
    'POST /_stub/fail': (res, body) => {
      forced = { status: 0, count: 1, ...body };
      json(res, 200, forced);
    },
    'POST /_stub/release': (res, { name }) => {
      gate(name).open();
      json(res, 200, { name });
    },
  };
  const all = Object.entries({ ...control, ...routes });
  const server = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', chunk => chunks.push(chunk));
    req.on('end', async () => {
      const called = `${req.method} ${req.url.split('?')[0]}`;
      const [, answer] =
        all.find(([route]) => {
          const [method, path] = route.split(' ');
          return called.startsWith(`${method} `) && called.endsWith(path);
        }) ?? [];
      try {
        const raw = Buffer.concat(chunks).toString('utf8');
        if (answer) await answer(res, raw === '' ? null : JSON.parse(raw));
        else otherwise(res, called);
      } catch (error) {
        console.error(error);
        if (!res.headersSent) sendError(res, 500);
        else res.destroy();
      }
    });
  });
  server.requestTimeout = 0;
  server.listen(Number(values.port ?? 0), '127.0.0.1', () => {
    const { port } = server.address();
    if (values['port-file']) fs.writeFileSync(values['port-file'], String(port));
    console.log(`listening http://127.0.0.1:${port}${base}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}
