// How numbers and times are written. All times are UTC, as in the audit log.

const number = new Intl.NumberFormat('en');

/** A count, such as 12,345. */
export const count = (n) => number.format(n);

/** A share in whole percent. A share above 0 never reads as 0 %. */
export function percent(part, all) {
  const share = all === 0 ? 0 : (100 * part) / all;
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`;
}

/** How long ago a moment was, such as "3 h". */
export function ago(moment, now = Date.now()) {
  const seconds = Math.max(0, (now - Date.parse(moment)) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** How long until a moment, such as "in 50 min". */
export function until(moment, now = Date.now()) {
  const seconds = (Date.parse(moment) - now) / 1000;
  return seconds <= 0 ? 'expired' : `in ${ago(new Date(now - seconds * 1000).toISOString(), now)}`;
}

/** A moment to the second. */
export const time = (moment) => (moment ? moment.replace('T', ' ').slice(0, 19) : '–');

/** The day of a moment. */
export const day = (moment) => (moment ? moment.slice(0, 10) : '–');

/** The size of a text in bytes, such as 1.2 MB. */
export function bytes(n) {
  if (n < 1e3) return `${n} B`;
  if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}

/** A text cut in its middle. The whole text belongs into the title. */
export function shorten(text, most = 80) {
  return text.length <= most ? text : `${text.slice(0, most - 13)}…${text.slice(-12)}`;
}

/** An identity: its alias in the policy, otherwise the start of its client id. */
export const identity = (one) => one?.alias ?? (one?.clientId ? `${one.clientId.slice(0, 8)}…` : 'unknown');

/** A workload as one text. */
export const workload = (of) => `${of.namespace}/${of.serviceAccount}`;
