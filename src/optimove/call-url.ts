import type { Call, PageAsked } from '#domain/call/call';

/** The URL of a call: below the base URL, its parameters in their order, then the page. */
export function buildCallUrl(baseUrl: string, call: Call, page: PageAsked | undefined): string {
  const path = call.endpoint.split('/').map(encode).join('/');
  const query = listParameters(call, page).map(([name, value]) => `${encodeName(name)}=${encode(value)}`);
  return `${baseUrl}/${path}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** The call as a message names it: `customers/GetCustomersByAction (Date=2026-01-01, ActionID=12)`. */
export function describeCall(call: Call, page: PageAsked | undefined): string {
  const parameters = listParameters(call, page).map(([name, value]) => `${name}=${value}`);
  return parameters.length === 0 ? call.endpoint : `${call.endpoint} (${parameters.join(', ')})`;
}

/** Scheme, host and path of an address, for a message: user, password and query may hold secrets. */
export function originAndPath(address: string, base?: string): string | undefined {
  const url = URL.parse(address, base);
  return url === null ? undefined : `${url.protocol}//${url.host}${url.pathname}`;
}

function listParameters(call: Call, page: PageAsked | undefined): [string, string][] {
  const parameters = Object.entries(call.parameters);
  if (page !== undefined) parameters.push(['$top', String(page.top)], ['$skip', String(page.skip)]);
  return parameters;
}

/** A space as %20, which every decoder reads as a space; `+` is one for some only. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** `$` may stand as it is in a query, and some servers look for `$top` before decoding. */
function encodeName(name: string): string {
  return encode(name).replaceAll('%24', '$');
}
