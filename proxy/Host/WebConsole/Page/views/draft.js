// Draft: from a suggestion over edits to the policy that is copied out. Nothing here changes the cluster.

import { get, post } from '../api.js';
import { h, fill } from '../dom.js';
import { count } from '../format.js';
import { chip, empty, items, load, problem } from '../parts.js';
import * as route from '../route.js';
import { demandList, wants } from './demands.js';

export const draft = {
  title: 'Draft',
  find: null,
  open,
};

const kept = 'draft';

// The steps are tabs, in the order in which they are taken.
const steps = { suggest: 'What the log suggests', breaks: 'What would break or open', diff: 'What changes in access' };

function open(main, filters, signal) {
  const text = h('textarea', { class: 'editor', spellcheck: 'false', 'aria-label': 'The policy', 'aria-describedby': 'problems', oninput: edited });
  const problems = h('div', { class: 'problems', id: 'problems', role: 'status' });
  const result = h('div', { class: 'result' });
  const tabs = h('div', { class: 'tabs', role: 'tablist' });
  const accepted = new Set();
  let checking = new AbortController();
  let valid = null;
  let meanings = null;
  text.value = sessionStorage.getItem(kept) ?? '';
  fill(main, h('h1', { class: 'hidden' }, 'Draft'),
    h('div', { class: 'draft' },
      h('section', { 'aria-label': 'The draft' },
        h('h2', { class: 'hidden' }, 'The draft'),
        h('p', { class: 'figures' },
          h('button', { type: 'button', onclick: inForce }, 'Start from the policy in force'),
          h('button', { type: 'button', onclick: copy }, 'Copy'),
          h('button', { type: 'button', onclick: download }, 'Download'),
          h('span', { class: 'quiet' }, 'The draft stays in this tab. To put it in force, apply it to the policy’s ConfigMap.')),
        text, problems),
      h('section', { 'aria-label': 'Its effect' }, h('h2', { class: 'hidden' }, 'Its effect'), tabs, result)));
  changed(filters);
  if (text.value === '') {
    inForce();
  } else {
    check();
  }

  function changed(now) {
    const current = now.get('step') ?? 'suggest';
    fill(tabs, Object.entries(steps).map(([step, title]) => h('a', { role: 'tab', href: route.href('draft', { step }), 'aria-selected': String(step === current) }, title)));
    show(current);
  }

  function show(step) {
    if (step === 'suggest') {
      suggest();
    } else if (valid === false) {
      fill(result, empty('The draft has errors.', 'Correct them on the left; the answer comes by itself.'));
    } else {
      (step === 'diff' ? diff : simulate)();
    }
  }

  function edited() {
    sessionStorage.setItem(kept, text.value);
    checking.abort();
    checking = new AbortController();
    const mine = AbortSignal.any([signal, checking.signal]);
    const timer = setTimeout(() => check(mine), 250);
    mine.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async function check(mine = signal) {
    if (text.value.trim() === '') {
      valid = null;
      fill(problems, h('p', { class: 'quiet' }, 'The draft is empty. Take over the suggestion, or start from the policy in force.'));
      return;
    }
    try {
      const answer = await post('draft/check', { policy: text.value }, mine);
      valid = answer.problems.every((one) => one.severity !== 'error');
      fill(problems,
        h('p', { class: valid ? 'good' : 'bad' }, valid ? `Revision ${answer.revision}: no errors` : `${count(answer.problems.filter((one) => one.severity === 'error').length)} errors`),
        h('ul', {}, answer.problems.map((one) => h('li', { class: one.severity },
          h('button', { type: 'button', class: 'plain', onclick: () => goTo(one.line) }, `line ${one.line}`), ' ', one.message))));
      const step = route.filters().get('step') ?? 'suggest';
      if (step !== 'suggest') {
        show(step);
      }
    } catch (e) {
      problem(problems, e, () => check());
    }
  }

  function goTo(line) {
    const at = text.value.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const end = text.value.indexOf('\n', at);
    text.focus();
    text.setSelectionRange(at, end < 0 ? text.value.length : end);
    text.scrollTop = (line - 3) * parseFloat(getComputedStyle(text).lineHeight);
  }

  function take(policy) {
    text.value = policy;
    edited();
  }

  async function inForce() {
    try {
      const answer = await post('draft/base', {}, signal);
      take(answer.policy);
    } catch (e) {
      if (e.error === 'no_policy') {
        check();
      } else {
        problem(problems, e, inForce);
      }
    }
  }

  function suggest() {
    load(result, 'Working out the suggestion', signal, async (both) => {
      meanings ??= await get('draft/reasons', {}, both);
      return post('draft/suggest', { accept: [...accepted] }, both);
    }, (answer) => {
      const allowed = answer.leftOut.filter((one) => one.reason === 'already-allowed').length;
      fill(result,
        answer.proposed.length === 0
          ? empty('The log suggests nothing more.', 'Every demand is allowed already, or left out for a reason below.')
          : [h('p', {}, h('b', {}, count(answer.proposed.length)), answer.proposed.length === 1 ? ' demand gets a rule. ' : ' demands get a rule. ', h('button', { type: 'button', class: 'main', onclick: () => take(JSON.stringify(answer.policy, null, 2)) }, 'Take over the suggestion')),
            items(answer.proposed, (one) => h('li', {}, chip(one.kind, one.kind === 'allow' ? 'allowed' : 'quiet'), ' ', h('b', {}, one.rule), ' ', h('span', {}, `${one.demand.namespace}/${one.demand.serviceAccount} ${wants(one.demand)}`)))],
        allowed > 0 ? h('p', { class: 'quiet' }, `${count(allowed)} ${allowed === 1 ? 'demand is' : 'demands are'} allowed by the policy in force.`) : null,
        byReason(answer.leftOut.filter((one) => one.reason !== 'already-allowed')));
    });
  }

  function byReason(leftOut) {
    return [...Map.groupBy(leftOut, (one) => one.reason)].map(([reason, list]) => [
      h('h3', {}, chip(reason, 'left-out'), ' ', `left out: ${meanings[reason] ?? ''}`),
      items(list, omission, 20),
    ]);
  }

  function omission(one) {
    return h('li', {},
      one.eligible ? h('div', { class: 'quiet' }, `eligible on ${one.eligible.slice(0, 10)}`) : null,
      one.demand ? demandList([one.demand]) : h('div', { class: 'quiet' }, `${one.workload ?? 'requests'}: ${count(one.requests)}`),
      one.acceptable && one.demand ? h('button', { type: 'button', onclick: () => { accepted.add(one.demand.id); suggest(); } }, 'I have looked at it: put it in') : null);
  }

  function simulate() {
    load(result, 'Replaying the log under the draft', signal, (both) => post('draft/simulate', { policy: text.value }, both), (answer) => {
      const { summary } = answer;
      fill(result,
        h('p', { class: 'figures' },
          figure(summary.wouldBreak, 'would break', 'denied'), figure(summary.wouldOpen, 'would open', 'would-deny'),
          figure(summary.unchanged, 'unchanged', ''), figure(summary.notJudged, 'not judged', '')),
        answer.items.length === 0 ? empty('The draft changes nothing for the requests of this log.') : items(answer.items, (one) => h('li', {},
          h('div', {}, chip(one.outcome, { 'would-break': 'denied', 'would-open': 'would-deny' }[one.outcome] ?? 'left-out'), ` ${count(one.requests)} requests: ${one.rule ?? one.reason}`),
          one.demand ? demandList([one.demand]) : null,
          one.fix ? h('details', {}, h('summary', {}, 'The permission that would prevent it'), h('pre', {}, `${JSON.stringify(one.fix.permission, null, 2)}\nfor workloads that contain\n${JSON.stringify(one.fix.workload, null, 2)}`)) : null)));
    });
  }

  function diff() {
    load(result, 'Comparing with the policy in force', signal, (both) => post('draft/diff', { policy: text.value }, both), (answer) => {
      const all = [{ ...answer, in: '' }, ...(answer.otherModes ?? []).map((other) => ({ ...other, in: `, ${other.modes}` }))];
      const none = all.every((one) => [one.more, one.less, one.quieter, one.louder].every((list) => list.length === 0));
      fill(result,
        h('p', { class: 'quiet' }, `From ${answer.a} to ${answer.b}.`, answer.modesDiffer ? ' The modes differ too.' : ''),
        none ? empty('The draft permits and denies exactly what the policy in force does.', answer.complete ? null : answer.message) : null,
        all.map((one) => [
          differences(`Permits more${one.in}`, one.more, 'would-deny'), differences(`Permits less${one.in}`, one.less, 'allowed'),
          differences(`Denies more quietly${one.in}`, one.quieter, 'quiet'), differences(`Denies less quietly${one.in}`, one.louder, 'quiet'),
        ]));
    });
  }

  async function copy(event) {
    await navigator.clipboard.writeText(text.value);
    event.target.textContent = 'Copied';
    setTimeout(() => { event.target.textContent = 'Copy'; }, 1500);
  }

  function download() {
    const link = h('a', { href: URL.createObjectURL(new Blob([text.value], { type: 'application/json' })), download: 'policy.json' });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  return { changed, close() {} };
}

const figure = (n, words, kind) => h('span', { class: `figure ${kind}` }, h('b', {}, count(n)), ` ${words}`);

const differences = (title, list, kind) => (list.length === 0 ? null : [
  h('h3', {}, `${title}: ${count(list.length)}`),
  items(list, (one) => h('li', {},
    h('div', {}, chip(one.kind, kind), ' ', h('b', {}, one.workloads), ' ', one.requests, one.rule ? h('span', { class: 'quiet' }, ` by ${one.rule}`) : null),
    h('div', { class: 'quiet' }, `for example ${one.witness.caller.namespace}/${one.witness.caller.serviceAccount}: ${one.witness.request}`))),
]);
