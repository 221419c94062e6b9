import type { ReplacingFault } from '../faults/fault-kinds.ts';
import {
  htmlReply,
  jsonReply,
  type Reply,
  textReply,
  throttledReply,
  withRetryAfter,
} from '../http-messages.ts';
import { encodeText } from './bend-answer.ts';

/**
 * The answer of a fault that replaces the answer of the API. Undefined for a reset, which sends no answer, and for a cut
 * body, which is cut when it is sent.
 */
export function replaceAnswer(fault: ReplacingFault): Reply | undefined {
  switch (fault.kind) {
    case 'throttle':
      return withRetryAfter(throttledReply(), fault.retryAfter);
    case 'outage':
      return fault.as === '503'
        ? withRetryAfter(textReply(503, 'Service Unavailable'), fault.retryAfter)
        : undefined;
    case 'cutBody':
      return undefined;
    case 'wrongJson':
      return { ...jsonReply(200, null), body: '[{"CustomerID":"231342","CustomerAttributes":["Buddy' };
    case 'html':
      return htmlReply(fault.status ?? 200);
    case 'redirect': {
      const reply = textReply(fault.status ?? 302, '');
      return {
        ...reply,
        headers: { ...reply.headers, location: fault.to ?? 'https://elsewhere.invalid/login' },
      };
    }
    case 'expiredToken':
      if (fault.page) return htmlReply(401);
      return fault.status === 401
        ? jsonReply(401, 'Unauthorized')
        : textReply(403, 'Authorization-Token expired');
    case 'status':
      return textReply(fault.status, fault.text ?? `Status ${fault.status}`);
    case 'jsonString':
      return jsonReply(200, fault.text ?? 'No data for this date');
    case 'limitWords':
      return limitReply(fault.status ?? 403, fault.as ?? 'text', fault.text ?? 'API call limit exceeded');
    case 'reply': {
      const { status = 200, body = '[]', encoding = 'utf-8', headers = {} } = fault;
      const reply = jsonReply(status, null);
      return { ...reply, headers: { ...reply.headers, ...headers }, body: encodeText(body, encoding) };
    }
    case 'notFound':
      return textReply(404, 'Not Found');
    case 'largeBody':
      return { ...jsonReply(200, []), body: `[${' '.repeat((fault.megabytes ?? 33) * 1024 * 1024 - 2)}]` };
  }
}

function limitReply(status: number, as: 'text' | 'string' | 'object', text: string): Reply {
  if (as === 'text') return textReply(status, text);
  return jsonReply(status, as === 'string' ? text : { error: 'limit', message: text });
}
