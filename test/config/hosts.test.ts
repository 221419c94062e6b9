import { describe, expect, test } from 'vitest';
import { findProxy } from '#config/hosts';

const api = 'https://api4.optimove.net/current';
const proxy = 'http://proxy.corp:3128';
const placeOf = (url: string, env: Record<string, string>) => findProxy(url, env)?.place;

describe('the variable is that of the scheme, the lower-case name first', () => {
  test.each([
    [api, { HTTPS_PROXY: proxy }, 'proxy.corp:3128'],
    [api, { https_proxy: 'http://lower:1', HTTPS_PROXY: proxy }, 'lower:1'],
    [api, { HTTP_PROXY: proxy }, undefined],
    ['http://simulator:4000', { HTTP_PROXY: proxy }, 'proxy.corp:3128'],
    [api, { HTTPS_PROXY: 'proxy.corp' }, 'proxy.corp:80'],
    [api, { HTTPS_PROXY: 'https://proxy.corp' }, 'proxy.corp:443'],
    [api, { HTTPS_PROXY: '' }, undefined],
  ])('%s with %o: %s', (url, env, place) => {
    expect(placeOf(url, env as Record<string, string>)).toBe(place);
  });
});

describe('NO_PROXY names who is called straight', () => {
  test.each([
    ['optimove.net', undefined],
    ['.optimove.net', undefined],
    ['*.optimove.net', undefined],
    ['API4.optimove.net', undefined],
    ['a.test, b.test api4.optimove.net', undefined],
    ['optimove.net:443', undefined],
    ['*', undefined],
    ['optimove.net:8443', 'proxy.corp:3128'],
    ['move.net', 'proxy.corp:3128'],
    ['x.api4.optimove.net', 'proxy.corp:3128'],
    [',,', 'proxy.corp:3128'],
  ])('%s', (NO_PROXY, place) => {
    expect(placeOf(api, { HTTPS_PROXY: proxy, NO_PROXY })).toBe(place);
    expect(placeOf(api, { HTTPS_PROXY: proxy, no_proxy: NO_PROXY })).toBe(place);
  });

  test.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])(
    '%s needs no naming',
    (url) => {
      expect(placeOf(url, { HTTP_PROXY: proxy })).toBeUndefined();
    },
  );
});

test.each([
  'socks5://proxy:1080',
  'http://u:p@ss/w@proxy',
  'http://u:a#b@proxy:1',
  'http://u:%zz@proxy',
  'http://',
])('what is no URL of a proxy is refused, and not shown: %s', (HTTPS_PROXY) => {
  const read = () => findProxy(api, { HTTPS_PROXY });
  expect(read).toThrow(/^HTTPS_PROXY: expected http:\/\/host:port .* got a secret\.$/);
});
