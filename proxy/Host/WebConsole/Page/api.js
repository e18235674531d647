// The requests to the console's own API. No other origin is ever asked.

import * as session from './session.js';

/** An answer that is not a success: its message names the cause and the cure. */
export class ApiError extends Error {
  constructor(status, error, message) {
    super(message);
    this.status = status;
    this.error = error;
  }
}

/** Asks for JSON. `parameters` may hold lists; empty values are left out. */
export async function get(path, parameters, signal) {
  return (await request(address(path, parameters), { signal })).json();
}

/** Sends JSON and returns JSON. */
export async function post(path, body, signal) {
  const answer = await request(address(path), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });
  return answer.json();
}

/** Reads server-sent events until the signal aborts. Each event is JSON. Resolves when the stream ends. */
export async function events(path, parameters, signal, take) {
  const answer = await request(address(path, parameters), { signal, headers: { Accept: 'text/event-stream' } });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1] ?? 'message';
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) {
        take(name, JSON.parse(data));
      }
    }
  }
}

function address(path, parameters) {
  const query = new URLSearchParams();
  for (const [key, values] of Object.entries(parameters ?? {})) {
    for (const value of [values].flat()) {
      if (value !== null && value !== undefined && value !== '') {
        query.append(key, value);
      }
    }
  }
  const text = query.toString();
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

async function request(url, options) {
  const answer = await fetch(url, { ...options, headers: { ...options.headers, Authorization: `Bearer ${session.current() ?? ''}` } });
  if (answer.ok) {
    return answer;
  }
  let problem = {};
  try {
    problem = await answer.json();
  } catch {
    // The console always answers with JSON. Anything else has no more to say than its status.
  }
  if (answer.status === 401) {
    session.end();
    document.dispatchEvent(new CustomEvent('session-ended'));
  }
  throw new ApiError(answer.status, problem.error ?? 'failed', problem.error_description ?? `the console answered with status ${answer.status}`);
}
