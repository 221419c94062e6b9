import type { Path, Problem, Show } from '#domain/river/problem';
import { isNear } from './local-host.ts';

/** A base URL as it is compared and called: host in lower case, no slash at the end. Undefined where it is no URL. */
export function normalBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** What is wrong with a base URL. */
export function checkBaseUrl(path: Path, text: string, show: Show): Problem[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return [{ path, message: `expected a URL such as https://api4.optimove.net/current, got ${shown(url)}` }];
  }
  const extras = [
    ...(url.username !== '' || url.password !== ''
      ? ['a user name or password (they belong under auth)']
      : []),
    ...(url.search !== '' || text.includes('?') ? ['a query'] : []),
    ...(text.includes('#') ? ['a fragment'] : []),
  ];
  // What these hold may be a secret, so the URL is not shown.
  if (extras.length > 0) return [{ path, message: `expected a URL without ${extras.join(', without ')}` }];
  if (url.protocol === 'http:' && !isNear(url.hostname)) {
    return [
      { path, message: `expected https, since the key would travel readable over http, got ${shown(url)}` },
    ];
  }
  return [];

  function shown(parsed: URL | undefined): string {
    const hidden =
      parsed === undefined ? text.includes('@') : parsed.username !== '' || parsed.password !== '';
    return hidden ? 'a secret' : show(path, text);
  }
}
