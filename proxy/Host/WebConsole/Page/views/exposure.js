// Exposure: the credentials that are still good, and the times in which the policy or the log could not hold.

import { get } from '../api.js';
import { h, fill } from '../dom.js';
import { count, identity, time, until } from '../format.js';
import { chip, coverage, empty, load, matches } from '../parts.js';
import * as route from '../route.js';

export const exposure = {
  title: 'Exposure',
  find: 'Workloads and identities',
  open,
};

function open(main, filters, signal) {
  const place = h('div', { class: 'scroll' });
  let answer = null;
  fill(main, h('h1', { class: 'hidden' }, 'Exposure'), place);
  load(place, 'Searching for credentials that are still good', signal, (both) => get('exposure', {}, both), (got) => {
    answer = got;
    changed(route.filters());
  });

  function changed(now) {
    if (!answer) {
      return;
    }
    const words = now.get('q') ?? '';
    const tokens = answer.tokens.filter((one) => matches(`${one.namespace}/${one.serviceAccount} ${identity(one.identity)} ${one.resource ?? ''}`, words));
    const lasting = answer.unenforced.filter((one) => !one.to).length;
    fill(place,
      h('p', { class: 'figures' },
        figure(answer.tokens.reduce((sum, one) => sum + one.count, 0), 'credentials are still good', ''),
        figure(lasting, 'nodes without enforcement now', lasting > 0 ? 'denied' : ''),
        figure(answer.coverage.gaps.length, 'gaps in the log', ''),
        figure(answer.verified.reduce((sum, one) => sum + one.problems.length, 0), 'changes to the log', answer.verified.some((one) => one.problems.length > 0) ? 'denied' : '')),
      coverage(answer.coverage),
      section('Credentials that are still good', count(answer.tokens.reduce((sum, one) => sum + one.count, 0)),
        tokens.length === 0 ? empty('No credential that was issued is still good.', 'A credential counts until its own expiry, whatever happened to its pod.')
          : grid('Credentials that are still good', ['Workload', 'Identity', 'Resource', 'Credentials', 'Pods', 'The last expires'], tokens.map((one) => [
            `${one.namespace}/${one.serviceAccount}`, identity(one.identity), one.resource ?? '–',
            h('a', { href: route.href('records', { namespace: one.namespace, 'service-account': one.serviceAccount, 'client-id': one.identity.clientId, 'good-at': answer.now }) }, count(one.count)),
            count(one.pods), h('span', { title: `${time(one.expires)} UTC` }, until(one.expires, Date.parse(answer.now))),
          ]))),
      section('Times without enforcement', count(answer.unenforced.length),
        answer.unenforced.length === 0 ? empty('No event says that enforcement was off or the redirect was missing.')
          : grid('Times without enforcement', ['From', 'To', 'Node', 'What', 'Detail'], answer.unenforced.map((one) => [time(one.from), one.to ? time(one.to) : chip('still', 'denied'), one.node ?? '–', one.what, one.detail ?? '']))),
      section('Records that are missing', count(answer.coverage.gaps.length),
        answer.coverage.gaps.length === 0 ? empty('No gap in the log.')
          : grid('Records that are missing', ['Node', 'What', 'From', 'To', 'Lines'], answer.coverage.gaps.map((gap) => [gap.node, gap.kind, time(gap.from), time(gap.to), gap.lines ? count(gap.lines) : '–']))),
      section('Is the log unchanged?', '',
        answer.verified.length === 0 ? empty('The log was not verified.', 'Only a directory of segments can be verified: run imds-proxy audit verify on the node.')
          : grid('Verification', ['Directory', 'Chains', 'Segments', 'Records', 'Result'], answer.verified.map((one) => [one.source, count(one.chains), count(one.segments), count(one.records), one.problems.length === 0 ? chip('unchanged', 'allowed') : [chip('changed', 'denied'), ` ${one.problems.join('; ')}`]]))));
  }

  return { changed };
}

const figure = (n, words, kind) => h('span', { class: `figure ${kind}` }, h('b', {}, count(n)), ` ${words}`);

const section = (title, figure, content) => h('section', {}, h('h2', {}, title, ' ', h('small', {}, figure)), content);

const grid = (label, titles, rows) => h('table', { 'aria-label': label },
  h('thead', {}, h('tr', {}, titles.map((title) => h('th', { scope: 'col' }, title)))),
  h('tbody', {}, rows.map((cells) => h('tr', {}, cells.map((cell) => h('td', {}, cell))))));
