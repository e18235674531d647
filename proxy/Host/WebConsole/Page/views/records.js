// Records: the log, live and back in time, with the reason for each decision.

import { events, get, post } from '../api.js';
import { h, fill } from '../dom.js';
import { count, identity, shorten, time } from '../format.js';
import { chip, empty, load, matches, panel, problem } from '../parts.js';
import * as route from '../route.js';
import { table } from '../table.js';

export const records = {
  title: 'Records',
  find: 'Text in records',
  open,
};

const page = 1000;
const most = 20000;
const verdicts = ['allowed', 'denied', 'would-deny', 'rejected', 'failed'];

const columns = [
  { title: 'Time (UTC)', class: 'time', cell: (row) => time(row.ts) },
  { title: 'Verdict', cell: (row) => (row.kind === 'event' ? chip('event', 'event') : chip(row.verdict)) },
  { title: 'Caller', class: 'name', cell: (row) => caller(row) },
  { title: 'Wants', class: 'wide', cell: (row) => wants(row) },
  { title: 'Reason', cell: (row) => (row.kind === 'event' ? '' : row.rule ?? row.reason) },
  { title: 'Status', class: 'number', cell: (row) => row.response?.status ?? '' },
  { title: 'Policy', class: 'mono', cell: (row) => row.policyRevision ?? '' },
];

const caller = (row) => (row.caller ? (row.caller.namespace ? `${row.caller.namespace}/${row.caller.pod}` : row.caller.unit ?? row.caller.ip ?? '') : '');

function wants(row) {
  if (row.kind === 'event') {
    return row.event;
  }
  if (!row.request) {
    return row.summary ? `${count(row.summary.count)} requests in one second` : '';
  }
  const target = row.request.path ?? row.request.rawTarget ?? '';
  const as = row.issued ? ` as ${identity({ alias: row.issued.identity, clientId: row.issued.clientId })}` : row.request.selector ? ` by ${row.request.selector.kind}` : '';
  return h('span', { title: `${target}${as} ${row.request.resource ?? ''}` }, `${row.request.method} ${shorten(target)}${as}${row.request.resource ? ` for ${shorten(row.request.resource, 50)}` : ''}`);
}

function open(main, filters, signal) {
  const bar = h('div', { class: 'about' });
  const place = h('div', { class: 'fill' });
  const side = panel(() => route.set('open', null));
  let rows = [];
  let asked = null;
  let running = new AbortController();
  let more = false;
  const list = table(columns, {
    label: 'Records',
    key: (row) => `${row.node} ${row.instance} ${row.seq}`,
    open: (row) => route.set('open', `${row.instance}-${row.seq}`),
    class: (row) => row.verdict ?? 'event',
    empty: () => empty('No record matches.', 'Remove a filter, or choose a longer time.'),
  });
  fill(main, h('h1', { class: 'hidden' }, 'Records'), bar, h('div', { class: 'split' }, place, side.element));
  changed(filters);

  function changed(now) {
    const wanted = parameters(now);
    const key = JSON.stringify(wanted);
    drawBar(now);
    if (key !== asked) {
      asked = key;
      ask(wanted, now.get('live') !== 'off');
    }
    draw(now);
  }

  function parameters(now) {
    const wanted = {};
    for (const [name, value] of now) {
      if (name === 'q') {
        wanted.text = value.split(/\s+/).filter(Boolean);
      } else if (!['open', 'live'].includes(name)) {
        (wanted[name] ??= []).push(value);
      }
    }
    return wanted;
  }

  function ask(wanted, live) {
    running.abort();
    running = new AbortController();
    const both = AbortSignal.any([signal, running.signal]);
    rows = [];
    load(place, 'Searching', both, (s) => get('records', { ...wanted, last: page }, s), (got) => {
      rows = got.records.reverse();
      more = rows.length === page;
      fill(place, list.element, h('p', { class: 'foot', id: 'foot' }));
      draw(route.filters());
      if (live) {
        follow(wanted, both);
      }
    });
  }

  // New records arrive in groups and are drawn once a frame. The page keeps a bounded number.
  async function follow(wanted, both) {
    let waiting = [];
    const flush = () => {
      rows = [...waiting.reverse(), ...rows].slice(0, most);
      waiting = [];
      draw(route.filters());
    };
    while (!both.aborted) {
      try {
        await events('records/live', wanted, both, (name, record) => {
          if (waiting.push(record) === 1) {
            requestAnimationFrame(flush);
          }
        });
      } catch (e) {
        if (e.name === 'AbortError' || e.status === 401) {
          return;
        }
        if (e.status) {
          problem(place, e);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }

  function drawBar(now) {
    const given = [...now].filter(([name]) => !['q', 'open', 'live', 'verdict', 'since'].includes(name));
    fill(bar,
      h('p', { class: 'figures' },
        verdicts.map((verdict) => h('button', {
          type: 'button', class: `chip ${verdict}`, 'aria-pressed': String(now.getAll('verdict').includes(verdict)),
          onclick: () => route.set('verdict', now.getAll('verdict').includes(verdict) ? now.getAll('verdict').filter((one) => one !== verdict) : [...now.getAll('verdict'), verdict]),
        }, verdict)),
        given.map(([name, value]) => h('button', { type: 'button', class: 'chip filter', 'aria-label': `Remove the filter ${name} ${value}`, onclick: () => route.set(name, now.getAll(name).filter((one) => one !== value)) }, `${name}: ${shorten(value, 40)} ×`)),
        h('label', { class: 'range' }, h('input', { type: 'checkbox', checked: now.get('live') !== 'off', onchange: (event) => { asked = null; route.set('live', event.target.checked ? null : 'off'); } }), ' live')));
  }

  function draw(now) {
    list.show(rows);
    const foot = document.getElementById('foot');
    if (foot) {
      fill(foot, `${count(rows.length)} records shown`, more ? [', the latest; ', h('button', { type: 'button', onclick: older }, 'show earlier records')] : null);
    }
    const opened = rows.find((row) => `${row.instance}-${row.seq}` === now.get('open'));
    if (opened) {
      show(opened);
    } else {
      side.hide();
    }
  }

  async function older() {
    const wanted = { ...parameters(route.filters()), until: rows.at(-1).ts, last: page };
    try {
      const got = await get('records', wanted, signal);
      rows = [...rows, ...got.records.reverse()].slice(0, most);
      more = got.records.length === page && rows.length < most;
      draw(route.filters());
    } catch (e) {
      problem(document.getElementById('foot'), e, older);
    }
  }

  function show(row) {
    const why = h('div', { class: 'why' });
    side.show(`${row.kind} ${row.seq}`,
      h('p', {}, row.kind === 'event' ? chip('event', 'event') : chip(row.verdict), ' ', time(row.ts), ' UTC'),
      row.kind === 'request' && row.request ? h('button', { type: 'button', onclick: () => explain(row, why) }, 'Why?') : null,
      why,
      narrow(row),
      h('pre', { class: 'record', tabindex: '0' }, JSON.stringify(row, null, 2)));
  }

  async function explain(row, why) {
    await load(why, 'Asking the policy', signal, (both) => post('explain', row, both), (answer) => {
      fill(why, answer.note ? h('p', { class: 'quiet' }, answer.note) : null, h('pre', { tabindex: '0' }, answer.text));
    });
  }

  function narrow(row) {
    const links = [
      row.caller?.namespace && ['same workload', { namespace: row.caller.namespace, 'service-account': row.caller.serviceAccount }],
      row.caller?.pod && ['same pod', { namespace: row.caller.namespace, pod: row.caller.pod }],
      row.issued && ['same identity', { 'client-id': row.issued.clientId }],
      row.issued?.tokenId && ['same token', { 'token-id': row.issued.tokenId }],
    ].filter(Boolean);
    return h('p', {}, links.map(([text, query]) => [h('a', { href: route.href('records', query) }, text), ' ']));
  }

  return { changed, move: list.move, close: () => route.set('open', null) };
}
