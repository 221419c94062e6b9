import { Worker } from '@temporalio/worker';

interface WorkflowCreator {
  createWorkflow(options: unknown): Promise<unknown>;
  destroy(): Promise<void>;
}

interface Bundle {
  readonly code: string;
}

interface WorkerOptions {
  readonly namespace: string;
  readonly activities: ReadonlyMap<string, unknown>;
}

/** What the SDK's worker makes the thread with in which its workflows run. */
const sdk = Worker as unknown as {
  createWorkflowCreator(bundle: Bundle, options: WorkerOptions, logger: unknown): Promise<WorkflowCreator>;
};
const createThread = sdk.createWorkflowCreator.bind(sdk);

const threads = new Map<string, Promise<WorkflowCreator>>();
const namespaces = new Set<string>();

/**
 * The workers of this process share one thread for their workflows, which is otherwise most of what starting a worker costs:
 * it loads the SDK and the bundle, and its code is compiled anew. The workflows of a thread do not see each other, be they of
 * one worker or of several. A second worker of a namespace has its own: it may get a run that the first has not let go of.
 */
sdk.createWorkflowCreator = async (bundle, options, logger) => {
  if (namespaces.has(options.namespace)) return createThread(bundle, options, logger);
  namespaces.add(options.namespace);
  // A thread knows the workflows and the names of the activities that it was made with.
  const key = [...options.activities.keys(), bundle.code].join('\n');
  const thread = threads.get(key) ?? createThread(bundle, options, logger);
  threads.set(key, thread);
  const creator = await thread;
  return { createWorkflow: (run) => creator.createWorkflow(run), destroy: async () => {} };
};
