import got, { RequestError } from 'got';
import { NotificationRefusedError, NotificationUnavailableError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';

/** A run waits for it. */
const timeoutMs = 10_000;

/**
 * Posts a JSON body, once. `whom` names the receiver in messages, which never bear the URL: whoever has it may post.
 * Throws NotificationUnavailableError where it may work later, NotificationRefusedError where it will not.
 */
export async function postJson(url: Secret, body: object, whom: string): Promise<void> {
  const status = await got
    .post(url.reveal(), {
      json: body,
      timeout: { request: timeoutMs },
      retry: { limit: 0 },
      // It would carry the result to somebody whom nobody has named.
      followRedirect: false,
      throwHttpErrors: false,
      headers: { 'user-agent': 'river' },
    })
    .then(
      ({ statusCode }) => statusCode,
      (error: unknown) => {
        // The cause is left out: got's errors bear the request with its URL.
        const why = error instanceof RequestError ? error.code : 'it broke off';
        throw new NotificationUnavailableError(
          `A notification cannot be sent: ${whom} does not answer (${why}).`,
        );
      },
    );
  if (status >= 200 && status < 300) return;
  const message = `A notification was not taken: ${whom} answered ${status}.`;
  if (status >= 500 || [408, 425, 429].includes(status)) throw new NotificationUnavailableError(message);
  throw new NotificationRefusedError(message);
}
