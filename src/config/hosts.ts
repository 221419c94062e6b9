import { ConfigurationError } from '#domain/errors';
import type { HttpProxy } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import type { Variables } from './resolve-references.ts';

/** Whether a host is this machine: a key that is sent only there may stand in the file. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|([\w-]+\.)*localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** Whether plain http is safe: on this machine, or between containers (a name without a dot does not exist on the internet). */
export function isNear(host: string): boolean {
  return isThisMachine(host) || /^[a-z][\w-]*$/i.test(host);
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy for a URL, by the rules of curl and Go: HTTPS_PROXY for https, HTTP_PROXY for http, the lower-case name first.
 * NO_PROXY lists hosts that are called directly (subdomains included; an entry with a port holds for that port), or `*`.
 * Calls to this machine never use a proxy.
 */
export function findProxy(target: string, env: Variables): HttpProxy | undefined {
  const { protocol, hostname, port } = new URL(target);
  const lower = `${protocol.slice(0, -1)}_proxy`;
  const variable = [lower, lower.toUpperCase()].find((name) => env[name]);
  if (variable === undefined || isThisMachine(hostname)) return undefined;
  const exceptions = env.no_proxy || env.NO_PROXY || '';
  if (isExcepted(hostname, port || defaultPorts[protocol], exceptions)) return undefined;
  return readProxy(variable, env[variable] ?? '');
}

function readProxy(variable: string, written: string): HttpProxy {
  const text = written.includes('://') ? written : `http://${written}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !/^\/?$/.test(url.pathname + url.hash) || !isEncoded(url))
    throw new ConfigurationError(
      `${variable}: expected http://host:port or http://user:password@host:port with each of @ # / ? % in user and password percent-encoded (%40 for @), got a secret.`,
    );
  return {
    url: new Secret(url.href),
    place: `${url.hostname}:${url.port || defaultPorts[url.protocol]}`,
    variable,
  };
}

function isEncoded({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}

/** `example.com` and `.example.com` both mean the host and its subdomains. */
function isExcepted(host: string, port: string | undefined, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, onPort = port] = /^(\[.*\]|[^:]+):(\d+)$/.exec(entry) ?? [];
      const domain = name.replace(/^\*?\./, '');
      return domain !== '' && onPort === port && (host === domain || host.endsWith(`.${domain}`));
    });
}
