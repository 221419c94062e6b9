import { describe, expect, it } from 'vitest';
import { withSimulator } from '../helpers/with-simulator.ts';

describe('signing in', () => {
  it('a wrong key is 401, and no key too', () =>
    withSimulator({}, async ({ send }) => {
      const path = '/current/actions/GetAllActions';
      expect((await send(path, { headers: { 'x-api-key': 'wrong' } })).status).toBe(401);
      expect((await send(path)).status).toBe(401);
    }));

  it('a token from the login comes in, and dies when it was not used', () => {
    const auth = { username: 'ada', password: 'secret', tokenLifeMs: 500 };
    return withSimulator({ auth }, async ({ send }) => {
      const body = JSON.stringify({ UserName: 'ada', Password: 'secret' });
      const signedIn = await send('/current/general/login', { method: 'POST', body });
      const headers = { 'authorization-token': signedIn.json() as string };
      const path = '/current/actions/GetAllActions';
      expect((await send(path, { headers })).status).toBe(200);
      expect((await send('/current/general/login', { method: 'POST', body })).status).toBe(429);
      expect((await send('/current/general/login')).status).toBe(405);
      await new Promise((resolve) => setTimeout(resolve, 510));
      expect(await send(path, { headers })).toMatchObject({
        status: 403,
        text: 'Authorization-Token expired',
      });
    });
  });
});

describe('the limit', () => {
  it('refuses the call that is one too many, counts it, and says what the API says', () =>
    withSimulator({ limits: [{ calls: 3, perMs: 60_000 }] }, async ({ ask, stats }) => {
      const answers = [];
      for (let call = 0; call < 5; call++) answers.push(await ask('actions/GetAllActions'));
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429, 429]);
      expect(answers[4]?.json()).toEqual({
        status: 429,
        error: 'Too Many Requests',
        message: 'You have exceeded the rate limit for this API group. Please retry later.',
      });
      expect(answers[4]?.headers.get('retry-after')).toBeNull();
      expect(stats()).toMatchObject({ calls: 5, refused: 2, windows: [{ calls: 3, now: 5, most: 5 }] });
    }));

  it('counts logins, unknown paths and refused keys', () =>
    withSimulator({ limits: [{ calls: 3, perMs: 60_000 }] }, async ({ ask, send }) => {
      await send('/current/general/login', { method: 'POST', body: '{}' });
      await send('/current/nothing/here');
      await send('/current/actions/GetAllActions', { headers: { 'x-api-key': 'wrong' } });
      expect((await ask('actions/GetAllActions')).status).toBe(429);
    }));

  it('lets calls in again when the window has moved on', () =>
    withSimulator({ limits: [{ calls: 2, perMs: 700 }] }, async ({ ask }) => {
      const statuses: number[] = [];
      for (let call = 0; call < 3; call++) statuses.push((await ask('actions/GetAllActions')).status);
      expect(statuses).toEqual([200, 200, 429]);
      await new Promise((resolve) => setTimeout(resolve, 710));
      expect((await ask('actions/GetAllActions')).status).toBe(200);
    }));
});
