/** The Temporal task queue that River's workers poll and every run is started on. */
export const taskQueue = 'river';
