// Rollout: how far each namespace is on the way to enforcement, and its next step.

import { get } from '../api.js';
import { h, fill } from '../dom.js';
import { count } from '../format.js';
import { chip, coverage, empty, load, matches, panel } from '../parts.js';
import * as route from '../route.js';
import { table } from '../table.js';
import { demandList } from './demands.js';

export const rollout = {
  title: 'Rollout',
  find: 'Namespaces and states',
  open,
};

const link = (text, address) => h('a', { href: address }, text);
const records = (row, more) => route.href('records', { namespace: row.namespace, ...more });

const columns = [
  { title: 'Namespace', class: 'name', cell: (row) => row.namespace, sort: (row) => row.namespace },
  { title: 'State', cell: (row) => chip(row.state), sort: (row) => row.state },
  { title: 'Mode', cell: (row) => row.mode, sort: (row) => row.mode },
  { title: 'Workloads', class: 'number', cell: (row) => link(count(row.workloads), route.href('access', { q: `${row.namespace}/` })), sort: (row) => row.workloads },
  { title: 'Requests', class: 'number', cell: (row) => link(count(row.requests), records(row)), sort: (row) => row.requests },
  { title: 'Without a rule', class: 'number', cell: (row) => count(row.uncovered.length), sort: (row) => row.uncovered.length },
  { title: 'Would-deny, 7 d', class: 'number', cell: (row) => (row.wouldDenied7d ? link(count(row.wouldDenied7d), records(row, { verdict: 'would-deny', since: '7d' })) : '0'), sort: (row) => row.wouldDenied7d },
  { title: 'Days without a new demand', class: 'number', cell: (row) => row.daysSinceNewDemand ?? '–', sort: (row) => row.daysSinceNewDemand ?? -1 },
  { title: 'Next step', class: 'wide', cell: (row) => row.next },
];

function open(main, filters, signal) {
  const about = h('div', { class: 'about' });
  const side = panel(close);
  const place = h('div', { class: 'fill' });
  let answer = null;
  const list = table(columns, {
    label: 'Namespaces',
    key: (row) => row.namespace,
    open: (row) => route.set('open', row.namespace),
    class: (row) => row.state,
    empty: () => empty('No namespace matches.', 'Change the filter, or clear it.'),
  });
  fill(main, h('h1', { class: 'hidden' }, 'Rollout'), about, h('div', { class: 'split' }, place, side.element));
  load(place, 'Reading the log', signal, (both) => get('rollout', {}, both), (got) => {
    answer = got;
    fill(about, summary(got), coverage(got.coverage));
    fill(place, list.element);
    draw(route.filters());
  });

  function draw(now) {
    if (!answer) {
      return;
    }
    const words = now.get('q') ?? '';
    list.show(answer.namespaces.filter((row) => matches(`${row.namespace} ${row.state} ${row.mode}`, words)));
    const opened = answer.namespaces.find((row) => row.namespace === now.get('open'));
    if (opened) {
      side.show(opened.namespace,
        h('p', {}, chip(opened.state), ' ', opened.next),
        opened.uncovered.length === 0
          ? h('p', { class: 'quiet' }, 'A rule decides every demand of this namespace.')
          : [h('h3', {}, `Demands without a rule: ${count(opened.uncovered.length)}`), demandList(opened.uncovered), h('p', {}, h('a', { href: '/draft' }, 'Draft a policy that covers them'))]);
    } else {
      side.hide();
    }
  }

  function close() {
    route.set('open', null);
  }

  return { changed: draw, move: list.move, close };
}

function summary(answer) {
  const states = ['regressed', 'learning', 'ready', 'enforced'];
  return h('p', { class: 'figures' }, states.map((state) => {
    const n = answer.namespaces.filter((row) => row.state === state).length;
    return h('a', { href: route.href('rollout', { q: state }), class: 'figure' }, h('b', {}, count(n)), ` ${state}`);
  }));
}
