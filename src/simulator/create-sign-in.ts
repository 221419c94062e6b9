import { randomUUID } from 'node:crypto';
import { jsonReply, type Reply, textReply, throttledReply } from './http-messages.ts';

/** How callers sign in: with an API key, with a login, or with either. */
export interface SignInOptions {
  readonly apiKey?: string;
  readonly username?: string;
  readonly password?: string;
  /** A token expires this long after the last call with it. Default 20 minutes. */
  readonly tokenLifeMs?: number;
  /**
   * Whether a login succeeds while another token is valid. Default false, as documented; with true, several processes can
   * sign in.
   */
  readonly severalTokens?: boolean;
}

export interface SignIn {
  /** The refusal of a call; undefined if its credentials are valid. */
  refuse(
    headers: { apiKey: string | undefined; token: string | undefined },
    nowMs: number,
  ): Reply | undefined;
  /** Answers `general/login`: the token as a JSON string. */
  login(body: string, nowMs: number): Reply;
  /** Expires all tokens. */
  expireTokens(): void;
}

const leastBetweenLoginsMs = 1000;

export function createSignIn(options: SignInOptions): SignIn {
  const tokenLifeMs = options.tokenLifeMs ?? 20 * 60_000;
  const takesLogins = options.username !== undefined && options.password !== undefined;
  const lastUsed = new Map<string, number>();
  let lastLoginMs = Number.NEGATIVE_INFINITY;

  const isValid = (token: string, nowMs: number) =>
    nowMs - (lastUsed.get(token) ?? Number.NEGATIVE_INFINITY) < tokenLifeMs;

  return {
    refuse({ apiKey, token }, nowMs) {
      if (apiKey !== undefined) {
        return options.apiKey !== undefined && apiKey === options.apiKey
          ? undefined
          : jsonReply(401, 'Unauthorized');
      }
      if (token === undefined) {
        return textReply(401, takesLogins ? 'Missing Authorization-Token' : 'Missing X-API-KEY');
      }
      if (!lastUsed.has(token)) return jsonReply(401, 'Unauthorized');
      if (!isValid(token, nowMs)) return textReply(403, 'Authorization-Token expired');
      lastUsed.set(token, nowMs);
      return undefined;
    },

    login(body, nowMs) {
      const tooSoon = nowMs - lastLoginMs < leastBetweenLoginsMs;
      lastLoginMs = nowMs;
      if (tooSoon) return throttledReply();
      const credentials = readCredentials(body);
      if (!credentials) return textReply(400, 'UserName and Password are required');
      if (!takesLogins) return textReply(401, 'Login is not supported; send X-API-KEY');
      if (credentials.username !== options.username || credentials.password !== options.password) {
        return jsonReply(401, 'Unauthorized');
      }
      const signedIn = [...lastUsed.keys()].some((token) => isValid(token, nowMs));
      if (signedIn && options.severalTokens !== true) return throttledReply();
      const token = randomUUID();
      lastUsed.set(token, nowMs);
      return jsonReply(200, token);
    },

    expireTokens() {
      for (const token of lastUsed.keys()) lastUsed.set(token, Number.NEGATIVE_INFINITY);
    },
  };
}

/** Some clients write `UserName`, others `Username`. */
function readCredentials(body: string): { username: string; password: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map(Object.entries(value).map(([key, field]) => [key.toLowerCase(), field]));
  const username: unknown = fields.get('username');
  const password: unknown = fields.get('password');
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined;
}
