// The parts that several views use.

import { h, fill } from './dom.js';
import { count, time } from './format.js';

/** A verdict or state as a chip. Its colour repeats its word; it never stands alone. */
export const chip = (word, kind = word) => h('span', { class: `chip ${kind}` }, word);

/** A message with what to do next. */
export const empty = (what, next) => h('div', { class: 'empty' }, h('p', {}, what), next ? h('p', { class: 'next' }, next) : null);

/** Shows a problem in place of an answer. */
export function problem(element, error, retry) {
  if (error.name === 'AbortError') {
    return;
  }
  fill(element, h('div', { class: 'problem', role: 'alert' }, h('p', {}, error.message), retry ? h('button', { type: 'button', onclick: retry }, 'Try again') : null));
}

/** Asks and draws. Shows after a moment that it waits, with a button that cancels; shows a problem in place of the answer. */
export async function load(element, what, signal, ask, draw) {
  const own = new AbortController();
  const again = () => load(element, what, signal, ask, draw);
  const wait = setTimeout(() => fill(element, h('div', { class: 'waiting', role: 'status' }, `${what} `, h('button', { type: 'button', onclick: () => own.abort() }, 'Cancel'))), 200);
  try {
    const answer = await ask(AbortSignal.any([signal, own.signal]));
    clearTimeout(wait);
    draw(answer);
  } catch (e) {
    clearTimeout(wait);
    if (own.signal.aborted && !signal.aborted) {
      fill(element, empty('Cancelled.', h('button', { type: 'button', onclick: again }, 'Start again')));
    } else {
      problem(element, e, again);
    }
  }
}

/** What an answer rests on: days, nodes and gaps. */
export function coverage(of) {
  if (!of) {
    return null;
  }
  const gaps = of.gaps ?? [];
  const facts = `${count(of.requests)} requests · ${of.days} ${of.days === 1 ? 'day' : 'days'} · ${of.nodes} ${of.nodes === 1 ? 'node' : 'nodes'} · ${time(of.from)} to ${time(of.to)} UTC`;
  return h('p', { class: 'coverage' }, facts,
    gaps.length > 0 ? [' · ', h('details', {}, h('summary', {}, `${gaps.length + (of.moreGaps ?? 0)} gaps`), h('ul', {}, gaps.map((gap) => h('li', {}, `${gap.node}: ${gap.kind}, ${time(gap.from)} to ${time(gap.to)}`))))] : null,
    (of.unread ?? []).map((source) => h('strong', { class: 'bad' }, ` · ${source.path}: ${source.message}`)));
}

/** A panel at the side with details. */
export function panel(close) {
  const element = h('aside', { class: 'panel', hidden: true, 'aria-label': 'Details' });
  return {
    element,
    show(title, ...content) {
      element.hidden = false;
      fill(element, h('header', {}, h('h2', {}, title), h('button', { type: 'button', class: 'plain', 'aria-label': 'Close the details', onclick: close }, '×')), content);
    },
    hide() {
      element.hidden = true;
      fill(element);
    },
  };
}

/** The choice of a time range, which is a filter like any other. */
export function range(current, choose) {
  return h('label', { class: 'range' }, 'Since ', h('select', { onchange: (event) => choose(event.target.value) },
    [['1h', '1 hour'], ['24h', '1 day'], ['7d', '7 days'], ['30d', '30 days'], ['', 'all there is']].map(([value, text]) =>
      h('option', { value, selected: value === (current ?? '') }, text))));
}

/** A list that shows its first entries, and more on demand, so that a thousand entries do not stall the page. */
export function items(all, draw, step = 100) {
  const list = h('ul', { class: 'demands' });
  const rest = h('p', {});
  let shown = 0;
  const more = () => {
    list.append(...all.slice(shown, shown + step).map(draw));
    shown = Math.min(shown + step, all.length);
    fill(rest, shown < all.length ? h('button', { type: 'button', onclick: more }, `Show more: ${count(all.length - shown)} left`) : null);
  };
  more();
  return [list, rest];
}

/** Whether all words of a filter are in a text. */
export const matches = (text, words) => words.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
