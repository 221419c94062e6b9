import { expect, it } from 'vitest';
import { createSignIn } from '#simulator/create-sign-in';

const login = JSON.stringify({ UserName: 'ada', Password: 'secret' });
const minute = 60_000;

function byLogin(more = {}) {
  return createSignIn({ username: 'ada', password: 'secret', ...more });
}
function tokenOf(reply: { status: number; body: string | Buffer }): string {
  expect(reply.status).toBe(200);
  return JSON.parse(String(reply.body)) as string;
}
const withToken = (token: string) => ({ apiKey: undefined, token });

it('the right key comes in, a wrong one and none are 401', () => {
  const signIn = createSignIn({ apiKey: 'right' });
  expect(signIn.refuse({ apiKey: 'right', token: undefined }, 0)).toBeUndefined();
  expect(signIn.refuse({ apiKey: 'wrong', token: undefined }, 0)?.status).toBe(401);
  expect(signIn.refuse({ apiKey: undefined, token: undefined }, 0)).toMatchObject({
    status: 401,
    body: 'Missing X-API-KEY',
  });
});

it('a login answers the token as a JSON string, and the token comes in', () => {
  const signIn = byLogin();
  const token = tokenOf(signIn.login(login, 0));
  expect(signIn.refuse(withToken(token), 1)).toBeUndefined();
  expect(signIn.refuse(withToken('made up'), 1)?.status).toBe(401);
});

it('a token lives 20 minutes from its last call', () => {
  const signIn = byLogin();
  const token = tokenOf(signIn.login(login, 0));
  expect(signIn.refuse(withToken(token), 19 * minute)).toBeUndefined();
  expect(signIn.refuse(withToken(token), 38 * minute)).toBeUndefined();
  expect(signIn.refuse(withToken(token), 58 * minute)).toMatchObject({
    status: 403,
    body: 'Authorization-Token expired',
  });
});

it('a login while a token is alive is 429, and is granted when it has died', () => {
  const signIn = byLogin();
  tokenOf(signIn.login(login, 0));
  expect(signIn.login(login, 2000).status).toBe(429);
  signIn.expireTokens();
  expect(signIn.login(login, 4000).status).toBe(200);
});

it('logins come at most once a second', () => {
  const signIn = byLogin({ severalTokens: true });
  expect([0, 999, 1998, 2998].map((at) => signIn.login(login, at).status)).toEqual([200, 429, 429, 200]);
});

it('a wrong password is 401, a missing one or no JSON 400, and a login where only keys are taken 401', () => {
  const signIn = byLogin();
  expect(signIn.login(JSON.stringify({ UserName: 'ada', Password: 'no' }), 0).status).toBe(401);
  expect(signIn.login(JSON.stringify({ UserName: 'ada' }), 2000).status).toBe(400);
  expect(signIn.login('UserName=ada', 4000).status).toBe(400);
  expect(createSignIn({ apiKey: 'only' }).login(login, 0).status).toBe(401);
});

it('takes Username as well as UserName', () => {
  expect(byLogin().login(JSON.stringify({ Username: 'ada', Password: 'secret' }), 0).status).toBe(200);
});
