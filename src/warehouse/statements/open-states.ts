import type { ChunkState } from '#domain/run/run-result';

/** A chunk in one of these may still be staged and loaded. */
export const openStates: readonly ChunkState[] = ['waiting', 'pulling'];
