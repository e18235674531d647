// The frame around the views: session, navigation, keyboard, theme and the state line.

import * as session from './session.js';
import * as route from './route.js';
import { events } from './api.js';
import { h, fill } from './dom.js';
import { bytes, count } from './format.js';
import { rollout } from './views/rollout.js';
import { access } from './views/access.js';
import { records } from './views/records.js';
import { draft } from './views/draft.js';
import { exposure } from './views/exposure.js';

const views = { rollout, access, records, draft, exposure };
const main = document.getElementById('main');
const filter = document.getElementById('filter');
let leaving = new AbortController();
let shown = null;
let watching = false;

document.addEventListener('route', show);
document.addEventListener('session-ended', noSession);
window.addEventListener('popstate', () => (hasToken() ? start() : show()));
document.addEventListener('click', followLink);
document.addEventListener('keydown', pressed);
document.getElementById('find').addEventListener('submit', (event) => event.preventDefault());
filter.addEventListener('input', () => route.set('q', filter.value, true));
document.getElementById('help').addEventListener('click', showKeys);
document.getElementById('theme').addEventListener('click', switchTheme);
applyTheme(localStorage.getItem('theme'));
start();

// A new URL in the same tab changes only the fragment, so the page is not loaded again.
function hasToken() {
  return location.hash.startsWith('#token=');
}

async function start() {
  let begun = false;
  try {
    begun = await session.begin();
  } catch {
    fill(main, h('p', { class: 'empty' }, 'The console does not answer. It runs in a terminal: is it still open?'));
    return;
  }
  if (!begun) {
    noSession();
    return;
  }
  show();
  watchState();
}

function noSession() {
  leaving.abort();
  shown = null;
  fill(
    main,
    h('section', { class: 'empty' },
      h('h1', {}, 'This tab has no session'),
      h('p', {}, 'The URL that imds-proxy console prints is good for one tab. Press Enter in its terminal for another URL, or open a link from a tab that has a session.')),
  );
}

// Each view gets its filters and a signal that aborts when the user leaves. While the view stays the same, it is only told of new filters.
function show() {
  const name = route.view();
  drawNavigation(name);
  if (document.activeElement !== filter) {
    filter.value = route.filters().get('q') ?? '';
  }
  if (shown?.name === name) {
    shown.changed(route.filters());
    return;
  }
  leaving.abort();
  leaving = new AbortController();
  const view = views[name];
  if (!view) {
    shown = null;
    fill(main, h('p', { class: 'empty' }, 'There is no such view. ', h('a', { href: '/rollout' }, 'Go to Rollout.')));
    return;
  }
  document.title = `${view.title} – imds-proxy console`;
  document.getElementById('find').hidden = view.find === null;
  filter.placeholder = `${view.find} (/)`;
  fill(main);
  shown = { name, ...view.open(main, route.filters(), leaving.signal) };
}

function drawNavigation(current) {
  fill(
    document.getElementById('views'),
    Object.entries(views).map(([name, view]) => h('a', { href: `/${name}`, 'aria-current': name === current ? 'page' : null }, view.title)),
  );
}

function followLink(event) {
  const link = event.target.closest('a[href^="/"]');
  if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !link.target) {
    event.preventDefault();
    route.go(link.getAttribute('href'));
  }
}

const keys = [
  ['/', 'search'], ['j', 'next row'], ['k', 'previous row'], ['Enter', 'open the row'], ['Esc', 'close, or leave the search'],
  ['1 to 5', 'the views'], ['?', 'this list'],
];

function pressed(event) {
  const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === 'Escape') {
    document.querySelector('dialog[open]')?.close();
    if (writes) {
      event.target.blur();
    }
    shown?.close?.();
    return;
  }
  if (writes || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === '/') {
    event.preventDefault();
    filter.focus();
    filter.select();
  } else if (event.key === '?') {
    showKeys();
  } else if (event.key === 'j' || event.key === 'k') {
    shown?.move?.(event.key === 'j' ? 1 : -1);
  } else if (/^[1-5]$/.test(event.key)) {
    route.go(`/${Object.keys(views)[event.key - 1]}`);
  }
}

function showKeys() {
  const dialog = h('dialog', { class: 'keys', 'aria-label': 'Keyboard shortcuts' },
    h('h2', {}, 'Keyboard'),
    h('dl', {}, keys.map(([key, does]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)])),
    h('form', { method: 'dialog' }, h('button', {}, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function switchTheme() {
  const dark = document.documentElement.dataset.theme === 'dark'
    || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
  const next = dark ? 'light' : 'dark';
  localStorage.setItem('theme', next);
  applyTheme(next);
}

function applyTheme(theme) {
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
}

// The state line shows what is read, and that the connection to the console is lost. It comes back by itself.
async function watchState() {
  if (watching) {
    return;
  }
  watching = true;
  const line = document.getElementById('state');
  for (;;) {
    try {
      await events('state', {}, null, (name, state) => {
        fill(line, text(state));
        line.className = 'state';
        document.dispatchEvent(new CustomEvent('state', { detail: state }));
      });
    } catch (e) {
      if (e.status === 401) {
        watching = false;
        return;
      }
    }
    line.className = 'state lost';
    fill(line, 'The console does not answer; trying again');
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

function text(state) {
  if (state.problem) {
    return state.problem;
  }
  if (state.reading) {
    return `reading the log: ${bytes(state.reading.bytes)}`;
  }
  return `${count(state.requests)} requests · policy ${state.policy?.revision ?? 'none'}`;
}
