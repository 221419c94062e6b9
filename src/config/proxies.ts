import { ConfigurationError } from '#domain/errors';
import type { HttpProxy } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { isThisMachine } from './local-host.ts';
import type { Variables } from './resolve-references.ts';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy through which a URL is called, read as curl and Go read the environment: HTTPS_PROXY for https, HTTP_PROXY
 * for http, the lower-case name first; NO_PROXY names hosts (each with all below it, with a port only there) that are
 * called straight, or `*`. What is on this machine never goes through one.
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

/** `example.com` and `.example.com` both name the host and all below it. */
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
