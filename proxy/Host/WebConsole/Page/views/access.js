// Access: which workload uses which identity for which resource, allowed by which rule, and what the policy grants that nobody uses.

import { get } from '../api.js';
import { h, fill } from '../dom.js';
import { ago, count, identity, shorten, time, workload } from '../format.js';
import { chip, coverage, empty, load, matches, panel, range } from '../parts.js';
import * as route from '../route.js';
import { table } from '../table.js';

export const access = {
  title: 'Access',
  find: 'Workloads, identities and resources',
  open,
};

function open(main, filters, signal) {
  const about = h('div', { class: 'about' });
  const place = h('div', { class: 'fill' });
  const side = panel(() => route.set('open', null));
  let answer = null;
  let list = null;
  let loading = new AbortController();
  let since = filters.get('since');
  fill(main, h('h1', { class: 'hidden' }, 'Access'), about, h('div', { class: 'split' }, place, side.element));
  ask();

  function ask() {
    loading.abort();
    loading = new AbortController();
    answer = null;
    load(place, 'Reading the log', AbortSignal.any([signal, loading.signal]), (both) => get('access', { since }, both), (got) => {
      answer = got;
      list = matrix(got);
      fill(about,
        h('p', { class: 'figures' },
          h('span', { class: 'figure' }, h('b', {}, count(got.rows.length)), ' workloads'),
          h('span', { class: 'figure' }, h('b', {}, count(got.identities.length)), ' identities'),
          h('a', { class: 'figure', href: route.href('access', { since, show: 'open' }) }, h('b', {}, count(got.rows.filter(isOpen).length)), ' use what no rule allows'),
          h('a', { class: 'figure', href: route.href('access', { since, show: 'unused' }) }, h('b', {}, count(got.unused.length)), ' permissions unused'),
          range(since, (value) => route.set('since', value))),
        coverage(got.coverage));
      changed(route.filters());
    });
  }

  function changed(now) {
    if (now.get('since') !== since) {
      since = now.get('since');
      ask();
      return;
    }
    if (!answer) {
      return;
    }
    if (now.get('show') === 'unused') {
      fill(place, unused(answer.unused));
      side.hide();
      return;
    }
    fill(place, list.element);
    const words = now.get('q') ?? '';
    list.show(answer.rows.filter((row) => (now.get('show') !== 'open' || isOpen(row)) && matches(textOf(row, answer), words)));
    const opened = answer.rows.find((row) => workload(row) === now.get('open'));
    if (opened) {
      side.show(workload(opened), details(opened, answer));
    } else {
      side.hide();
    }
  }

  return { changed, move: (by) => list?.move(by), close: () => route.set('open', null) };
}

const isOpen = (row) => row.cells.some((cell) => cell.uses.some((use) => use.answered && use.state !== 'allowed'));

const textOf = (row, answer) => `${workload(row)} ${row.owners.join(' ')} ${row.cells.map((cell) => `${identity(answer.identities[cell.identity])} ${cell.uses.map((use) => use.resource ?? '').join(' ')}`).join(' ')}`;

function matrix(answer) {
  const columns = [
    { title: 'Workload', class: 'name', cell: (row) => h('span', { title: row.owners.join(', ') }, workload(row)), sort: workload },
    ...answer.identities.map((one, i) => ({
      title: identity(one),
      class: 'cell',
      cell: (row) => cellOf(row.cells.find((cell) => cell.identity === i)),
      sort: (row) => row.cells.find((cell) => cell.identity === i)?.requests ?? -1,
    })),
    { title: 'Other requests', class: 'number', cell: (row) => (row.others ? others(row, count(row.others)) : ''), sort: (row) => row.others },
  ];
  return table(columns, {
    label: 'Workloads and identities',
    key: workload,
    open: (row) => route.set('open', workload(row)),
    empty: () => empty('No workload asked for a credential in this time.', 'Choose a longer time, or clear the filter.'),
  });
}

// The worst state of the uses decides the chip, because a use without a rule must not hide behind an allowed one.
function cellOf(cell) {
  if (!cell) {
    return '';
  }
  const given = cell.uses.some((use) => use.answered);
  const worst = ['denied', 'not-allowed', 'allowed'].find((state) => cell.uses.some((use) => use.state === state));
  return h('span', { class: `use ${given ? worst : 'never'}`, title: cell.uses.map((use) => `${use.resource ?? 'no resource'}: ${use.answered ? '' : 'never given out; '}${words[use.state]}${use.rule ? ` by ${use.rule}` : ''}`).join('\n') },
    h('span', { class: 'mark', 'aria-hidden': 'true' }, given ? marks[worst] : '–'), ` ${count(cell.requests)} `, h('small', {}, `${resources(cell)} · ${ago(cell.last)}`), h('span', { class: 'hidden' }, given ? words[worst] : 'never given out'));
}

// The host names the service well enough; the title and the details have the whole resource.
function resources(cell) {
  const first = (cell.uses[0].resource ?? 'any').replace(/^https?:\/\//, '').replace(/\/$/, '');
  return `${shorten(first, 32)}${cell.uses.length > 1 ? ` +${cell.uses.length - 1}` : ''}`;
}

const marks = { allowed: '✓', 'not-allowed': '!', denied: '✗' };
const words = { allowed: 'allowed', 'not-allowed': 'no rule allows it', denied: 'denied' };

const others = (row, text) => h('a', { href: route.href('records', { namespace: row.namespace, 'service-account': row.serviceAccount, 'not.endpoint': 'credential' }) }, text);

function details(row, answer) {
  return [
    h('p', { class: 'quiet' }, row.owners.join(', ')),
    row.cells.length === 0 ? h('p', {}, 'It asked for no credential in this time.') : null,
    row.others ? h('p', {}, others(row, row.others === 1 ? '1 other request' : `${count(row.others)} other requests`)) : null,
    row.cells.map((cell) => [
      h('h3', {}, identity(answer.identities[cell.identity]), ' ', h('small', {}, answer.identities[cell.identity].clientId ?? '')),
      h('ul', { class: 'demands' }, cell.uses.map((use) => h('li', {},
        h('div', {}, shorten(use.resource ?? 'no resource', 60), ' ', chip(words[use.state], use.state), use.answered ? null : h('span', { class: 'quiet' }, ' never given out'), use.rule ? h('span', { class: 'quiet' }, ` ${use.rule}`) : null),
        h('div', { class: 'quiet' }, h('a', { href: route.href('records', { namespace: row.namespace, 'service-account': row.serviceAccount, resource: use.resource, 'client-id': answer.identities[cell.identity].clientId }) }, `${count(use.requests)} requests`), ` on ${use.days} ${use.days === 1 ? 'day' : 'days'}, last ${time(use.last)} UTC`)))),
    ]),
  ];
}

function unused(permissions) {
  if (permissions.length === 0) {
    return empty('Every permission on a credential was used in this time.', 'Choose a shorter time to see what has not been used lately.');
  }
  return h('div', { class: 'scroll' }, h('table', { 'aria-label': 'Unused permissions' },
    h('thead', {}, h('tr', {}, ['Rule', 'Workloads', 'Path', 'Identities', 'Resources'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, permissions.map((one) => h('tr', {}, [one.rule, one.workloads, one.path, one.identities.join(', '), one.resources.join(', ')].map((text) => h('td', {}, text)))))));
}
