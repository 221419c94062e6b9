import type { Call } from '#domain/call/call';
import { ReportRefusedError, type RiverError } from '#domain/errors';

/** What says of one call that this tenant, or this key, does not have it; 401 is about the credentials. */
const refusingStatuses: readonly unknown[] = [403, 404];

/** Whether it is this call that was refused, not the credentials or a sign-in before it. */
export function isRefused(call: Call, error: RiverError): boolean {
  if (error instanceof ReportRefusedError) return true;
  return error.facts.call === call.key && refusingStatuses.includes(error.facts.status);
}
