import { Worker, type WorkflowBundleOption } from '@temporalio/worker';

interface WorkflowCreator {
  createWorkflow(options: unknown): Promise<unknown>;
  destroy(): Promise<void>;
}

/** The code of the workflows, with its source map. */
type Bundle = object;

interface WorkerOptions {
  readonly namespace: string;
  readonly activities: ReadonlyMap<string, unknown>;
  readonly workflowBundle?: WorkflowBundleOption;
}

/** What the SDK's worker reads its workflows with, and makes the thread with in which they run. */
const sdk = Worker as unknown as {
  getOrCreateBundle(options: WorkerOptions, logger: unknown): Promise<Bundle>;
  createWorkflowCreator(bundle: Bundle, options: WorkerOptions, logger: unknown): Promise<WorkflowCreator>;
};
const readBundle = sdk.getOrCreateBundle.bind(sdk);
const createThread = sdk.createWorkflowCreator.bind(sdk);

const bundles = new Map<unknown, Promise<Bundle>>();
const threads = new Map<Bundle, Map<string, Promise<WorkflowCreator>>>();
const namespaces = new Set<string>();

/** The SDK would read the bundle, decode its source map and run it once, for debuggers, for each worker. */
sdk.getOrCreateBundle = (options, logger) => {
  const { workflowBundle } = options;
  const bundle = bundles.get(workflowBundle) ?? readBundle(options, logger);
  if (workflowBundle) bundles.set(workflowBundle, bundle);
  return bundle;
};

/**
 * The workers of this process share one thread for their workflows, which is otherwise most of what starting a worker costs:
 * it loads the SDK and the bundle, and its code is compiled anew. The workflows of a thread do not see each other, be they of
 * one worker or of several. A second worker of a namespace has its own: it may get a run that the first has not let go of.
 */
sdk.createWorkflowCreator = async (bundle, options, logger) => {
  if (namespaces.has(options.namespace)) return createThread(bundle, options, logger);
  namespaces.add(options.namespace);
  // A thread knows the workflows and the names of the activities that it was made with.
  const ofBundle = threads.get(bundle) ?? new Map<string, Promise<WorkflowCreator>>();
  threads.set(bundle, ofBundle);
  const key = [...options.activities.keys()].join('\n');
  const thread = ofBundle.get(key) ?? createThread(bundle, options, logger);
  ofBundle.set(key, thread);
  const creator = await thread;
  return { createWorkflow: (run) => creator.createWorkflow(run), destroy: async () => {} };
};
