// A table that draws only the rows in sight, so that a thousand workloads or a million records do not slow the page down.

import { h, fill } from './dom.js';

const height = 28;
const spare = 12;

/**
 * Creates a table.
 * columns: { title, class?, cell(row) → text or element, sort?(row) → number or text }.
 * options: { label, key(row), open(row), empty() → element }.
 */
export function table(columns, options) {
  const body = h('tbody', {});
  const above = h('tr', { class: 'space', 'aria-hidden': 'true' }, h('td', { colspan: columns.length }));
  const below = h('tr', { class: 'space', 'aria-hidden': 'true' }, h('td', { colspan: columns.length }));
  const head = h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: column.class }, column.sort ? sorter(column) : column.title)));
  const grid = h('table', { 'aria-label': options.label }, h('thead', {}, head), body);
  const frame = h('div', { class: 'rows', tabindex: '0', role: 'region', 'aria-label': options.label }, grid);
  let rows = [];
  let order = null;
  let chosen = null;
  let drawing = 0;

  frame.addEventListener('scroll', later, { passive: true });
  frame.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && chosen !== null && event.target === frame) {
      options.open?.(rows[chosen]);
    }
  });
  new ResizeObserver(later).observe(frame);

  function sorter(column) {
    return h('button', { type: 'button', class: 'sort', onclick: () => sortBy(column) }, column.title);
  }

  function sortBy(column) {
    order = { column, down: order?.column === column ? !order.down : true };
    show(rows);
  }

  function sorted(given) {
    if (!order) {
      return given;
    }
    const { column, down } = order;
    const sign = down ? -1 : 1;
    return [...given].sort((a, b) => {
      const [x, y] = [column.sort(a), column.sort(b)];
      return sign * (typeof x === 'string' || typeof y === 'string' ? String(x ?? '').localeCompare(String(y ?? '')) : (x ?? -1) - (y ?? -1));
    });
  }

  function later() {
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(draw);
  }

  function draw() {
    if (rows.length === 0) {
      fill(body, h('tr', {}, h('td', { colspan: columns.length, class: 'none' }, options.empty())));
      return;
    }
    const first = Math.max(0, Math.floor(frame.scrollTop / height) - spare);
    const last = Math.min(rows.length, Math.ceil((frame.scrollTop + frame.clientHeight) / height) + spare);
    above.firstChild.style.height = `${first * height}px`;
    below.firstChild.style.height = `${(rows.length - last) * height}px`;
    body.replaceChildren(above, ...rows.slice(first, last).map((row, i) => draw1(row, first + i)), below);
    grid.setAttribute('aria-rowcount', String(rows.length));
  }

  function draw1(row, index) {
    return h('tr', {
      class: [options.class?.(row), index === chosen && 'chosen'].filter(Boolean).join(' ') || null,
      'aria-rowindex': index + 1,
      onclick: (event) => {
        if (!event.target.closest('a,button') && !String(getSelection())) {
          choose(index);
          options.open?.(row);
        }
      },
    }, columns.map((column) => h('td', { class: column.class }, column.cell(row))));
  }

  function choose(index) {
    chosen = Math.min(Math.max(index, 0), rows.length - 1);
    const top = chosen * height;
    if (top < frame.scrollTop) {
      frame.scrollTop = top;
    } else if (top + 2 * height > frame.scrollTop + frame.clientHeight) {
      frame.scrollTop = top + 2 * height - frame.clientHeight;
    }
    draw();
  }

  function show(given) {
    const key = chosen === null ? null : options.key(rows[chosen]);
    rows = sorted(given);
    chosen = key === null ? null : rows.findIndex((row) => options.key(row) === key);
    if (chosen === -1) {
      chosen = null;
    }
    for (const [i, column] of columns.entries()) {
      head.children[i].setAttribute('aria-sort', order?.column !== column ? 'none' : order.down ? 'descending' : 'ascending');
    }
    draw();
  }

  return {
    element: frame,
    show,
    move(by) {
      if (rows.length > 0) {
        choose(chosen === null ? 0 : chosen + by);
        frame.focus({ preventScroll: true });
      }
    },
    openChosen() {
      if (chosen !== null) {
        options.open?.(rows[chosen]);
      }
    },
  };
}
