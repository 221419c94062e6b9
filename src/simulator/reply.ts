/** An answer before it is handed to the socket. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Rows in the body. */
  readonly rows: number;
}

export function textReply(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text, rows: 0 };
}

export function jsonReply(status: number, value: unknown, rows = 0): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
    rows,
  };
}

export function htmlReply(status: number): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html>\n<html><head><title>Request unsuccessful</title></head><body>Incident 1-2-3</body></html>',
    rows: 0,
  };
}

/** The words of Optimove's rate-limit page. Retry-After is never mentioned there, so it is not given unasked. */
export function throttledReply(): Reply {
  return jsonReply(429, {
    status: 429,
    error: 'Too Many Requests',
    message: 'You have exceeded the rate limit for this API group. Please retry later.',
  });
}

export function withRetryAfter(reply: Reply, retryAfter: number | string | undefined): Reply {
  if (retryAfter === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfter) } };
}

/** How "no rows" can be said: `[]`, an empty body, `null`, 404 or 204. */
export const emptyWays = ['array', 'body', 'null', '404', '204'] as const;
export type EmptyAs = (typeof emptyWays)[number];

/** Which of them the API uses is not settled, so each that was seen can be chosen. */
export function emptyReply(emptyAs: EmptyAs): Reply {
  switch (emptyAs) {
    case 'array':
      return jsonReply(200, []);
    case 'body':
      return textReply(200, '');
    case 'null':
      return jsonReply(200, null);
    case '404':
      return textReply(404, 'Not Found');
    case '204':
      return { status: 204, headers: {}, body: '', rows: 0 };
  }
}
