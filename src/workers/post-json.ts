import got, { RequestError } from 'got';
import { NotificationRefusedError, NotificationUnavailableError } from '#domain/errors';
import type { HttpProxy } from '#domain/river/configuration';
import type { Secret } from '#domain/secret';
import { createAgents, ProxyError } from '#optimove/agents';

/** The run waits for it. */
const timeoutMs = 10_000;

/**
 * Posts a JSON body, once. Messages name the receiver by `whom` and never by its URL, which is a secret.
 * Throws NotificationUnavailableError if it may work later, NotificationRefusedError if it will not.
 */
export async function postJson(
  url: Secret,
  body: object,
  whom: string,
  proxy: HttpProxy | undefined,
): Promise<void> {
  const agent = createAgents(proxy);
  const status = await got
    .post(url.reveal(), {
      agent,
      json: body,
      timeout: { request: timeoutMs },
      retry: { limit: 0 },
      // A redirect would send the result to a receiver that is not configured.
      followRedirect: false,
      throwHttpErrors: false,
      headers: { 'user-agent': 'river' },
    })
    .then(
      ({ statusCode }) => statusCode,
      (error: unknown) => {
        // The cause is left out: got's errors contain the request with its URL.
        const cause = error instanceof Error ? error.cause : undefined;
        if (cause instanceof ProxyError)
          throw new NotificationUnavailableError(
            `A notification could not be sent: the proxy ${cause.proxy.place} (${cause.proxy.variable}) did not connect to ${whom} (${cause.message}).`,
          );
        const why = error instanceof RequestError ? error.code : 'the connection broke';
        throw new NotificationUnavailableError(
          `A notification could not be sent: ${whom} does not answer (${why}).`,
        );
      },
    )
    .finally(() => {
      agent.http.destroy();
      agent.https.destroy();
    });
  if (status >= 200 && status < 300) return;
  const message = `A notification was refused: ${whom} answered ${status}.`;
  if (status >= 500 || [408, 425, 429].includes(status)) throw new NotificationUnavailableError(message);
  throw new NotificationRefusedError(message);
}
