// The session of this tab. The printed URL carries a one-time token, which is exchanged for a bearer token. The bearer is kept in
// sessionStorage, because cookies would be sent to every port of 127.0.0.1. Tabs of the same origin share it by asking each other.

const key = 'bearer';
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('session') : null;

let bearer = sessionStorage.getItem(key);

channel?.addEventListener('message', async (message) => {
  if (message.data?.ask && bearer) {
    channel.postMessage({ to: message.data.ask, bearer });
  }
});

/** The bearer token, or null without a session. */
export const current = () => bearer;

/** Forgets the session, after the console has refused it. */
export function end() {
  bearer = null;
  sessionStorage.removeItem(key);
}

/** Begins a session with the token in the URL, or with the session of another tab. Returns whether there is one. */
export async function begin() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token) {
    // The token is taken out of the address at once, so that it is in no history and no copied link.
    history.replaceState(null, '', location.pathname + location.search);
    const answer = await fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) });
    if (answer.ok) {
      keep((await answer.json()).bearer);
    }
  }
  if (!bearer) {
    keep(await askOtherTabs());
  }
  return bearer !== null;
}

function keep(value) {
  if (value) {
    bearer = value;
    sessionStorage.setItem(key, value);
  }
}

function askOtherTabs() {
  if (!channel) {
    return null;
  }
  const me = crypto.randomUUID();
  return new Promise((resolve) => {
    const done = (value) => {
      channel.removeEventListener('message', answered);
      resolve(value);
    };
    const answered = (message) => message.data?.to === me && done(message.data.bearer);
    channel.addEventListener('message', answered);
    channel.postMessage({ ask: me });
    setTimeout(() => done(null), 300);
  });
}
