// The view and its filters are the address, so that a link can be sent and "back" works.

/** The view of the address. */
export const view = () => location.pathname.slice(1) || 'rollout';

/** The filters of the address, in their order. */
export const filters = () => new URLSearchParams(location.search);

/** The address of a view with filters. */
export function href(name, parameters) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters ?? {})) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== '') {
        query.append(key, one);
      }
    }
  }
  const text = query.toString();
  return `/${name}${text ? `?${text}` : ''}`;
}

/** Goes to an address of the console. */
export function go(address, replace = false) {
  if (replace) {
    history.replaceState(null, '', address);
  } else {
    history.pushState(null, '', address);
  }
  document.dispatchEvent(new CustomEvent('route'));
}

/** Changes one filter of the current view. An empty value removes it. */
export function set(key, value, replace = false) {
  const query = filters();
  query.delete(key);
  for (const one of [value].flat()) {
    if (one !== null && one !== undefined && one !== '') {
      query.append(key, one);
    }
  }
  const text = query.toString();
  go(`/${view()}${text ? `?${text}` : ''}`, replace);
}
