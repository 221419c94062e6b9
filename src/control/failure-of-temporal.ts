import { isGrpcServiceError } from '@temporalio/client';
import { ConfigurationError, TemporalUnavailableError } from '#domain/errors';

/** What a Temporal client is connected to. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

/** gRPC status codes that a person can do something about. */
const grpc = {
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** A failure of Temporal's client as one of River's, with what to do; any other failure is returned unchanged. */
export function toTemporalFailure(error: unknown, place: TemporalPlace): unknown {
  if (error instanceof Error && error.name === 'NamespaceNotFoundError')
    return unknownNamespace(place, error);
  const { code, said } = findGrpcError(error) ?? {};
  switch (code) {
    case grpc.unavailable:
    case grpc.deadlineExceeded:
      return temporalUnavailable(place.address, error);
    case grpc.permissionDenied:
    case grpc.unauthenticated:
      return new ConfigurationError(
        `Temporal at ${place.address} denies access to the namespace ${place.namespace}: ${said}. Check TEMPORAL_API_KEY, or the profile that TEMPORAL_PROFILE names.`,
        { facts: { ...place }, cause: error },
      );
    case grpc.notFound:
      return /^namespace\b/i.test(said ?? '') ? unknownNamespace(place, error) : error;
    default:
      return error;
  }
}

export const temporalUnavailable = (address: string, cause: unknown): TemporalUnavailableError =>
  new TemporalUnavailableError(
    `Temporal cannot be reached at ${address}. Start it (\`river dev\` starts one with all else, \`river run … --local\` one for its run), or set TEMPORAL_ADDRESS to its address.`,
    { facts: { address }, cause },
  );

const unknownNamespace = (place: TemporalPlace, cause: unknown): ConfigurationError =>
  new ConfigurationError(
    `Temporal at ${place.address} has no namespace ${place.namespace}. Set TEMPORAL_NAMESPACE to one that it has, or create it: temporal operator namespace create --namespace ${place.namespace}`,
    { facts: { ...place }, cause },
  );

/** The client wraps gRPC's error, sometimes twice; the worker's own connection has it in the message alone. */
function findGrpcError(error: unknown): { readonly code: number; readonly said: string } | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at)) return { code: at.code, said: at.details || at.message };
  }
  return undefined;
}
