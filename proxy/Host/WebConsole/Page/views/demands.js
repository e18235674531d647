// A list of demands, each with a link to its records.

import { h } from '../dom.js';
import { ago, count, identity, shorten, time } from '../format.js';
import * as route from '../route.js';

/** What a demand asks for, in one line. */
export const wants = (demand) => [
  `${demand.method} ${shorten(demand.path)}`,
  demand.identity && ` as ${identity(demand.identity)}`,
  demand.resource && ` for ${shorten(demand.resource, 60)}`,
].filter(Boolean).join('');

/** The address of a demand's records. */
export const recordsOf = (demand, more) => route.href('records', {
  namespace: demand.namespace, 'service-account': demand.serviceAccount, path: demand.path, resource: demand.resource ?? null, ...more,
});

/** The demands with their evidence. `extra(demand)` adds to each. */
export const demandList = (demands, extra) => h('ul', { class: 'demands' }, demands.map((demand) => h('li', {},
  h('div', {}, h('b', {}, `${demand.namespace}/${demand.serviceAccount}`), ' ', wants(demand)),
  h('div', { class: 'quiet', title: `first ${time(demand.first)}, last ${time(demand.last)} UTC` },
    h('a', { href: recordsOf(demand) }, `${count(demand.requests)} ${demand.requests === 1 ? 'request' : 'requests'}`),
    ` on ${demand.days} ${demand.days === 1 ? 'day' : 'days'}, last ${ago(demand.last)} ago, ${count(demand.podCount)} ${demand.podCount === 1 ? 'pod' : 'pods'} `,
    h('code', {}, demand.id)),
  extra?.(demand))));
