import type { IncomingMessage } from 'node:http';

const mostBytes = 64 * 1024;

/** A request's body as text; what is too long is cut off, and then is no JSON any more. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
