import { proxy, releaseProxy, wrap } from 'comlink';
import './abortSignal.js';
import type { InferenceService } from './services.js';

/** The model worker as seen from the page. */
export interface InferenceClient {
	readonly service: InferenceService;
	/** Ends the worker at once; whatever is under way fails with `WorkerStoppedError`. */
	terminate(): void;
}

/** The worker is gone: it crashed, could not start, or was ended. The message says which. */
export class WorkerStoppedError extends Error {
	override name = 'WorkerStoppedError';
}

/**
 * Starts the model worker.
 *
 * @param onStopped called once if the worker dies of itself, with the reason
 * @param worker one that serves as the model worker does
 */
export function startInferenceClient(
	onStopped: (error: WorkerStoppedError) => void,
	worker = startWorker()
): InferenceClient {
	const remote = wrap<InferenceService>(worker);
	const waiting = new Set<(error: WorkerStoppedError) => void>();
	let stopped: WorkerStoppedError | null = null;

	const stop = (error: WorkerStoppedError) => {
		if (stopped) return;
		stopped = error;
		worker.terminate();
		remote[releaseProxy]();
		for (const reject of waiting) reject(error);
		waiting.clear();
	};
	const die = (event: Event) => {
		event.preventDefault();
		const detail = event instanceof ErrorEvent && event.message ? `: ${event.message}` : '';
		const error = new WorkerStoppedError(`the model worker stopped${detail}`);
		stop(error);
		onStopped(error);
	};
	worker.addEventListener('error', die, { once: true });
	worker.addEventListener('messageerror', die, { once: true });

	// A call to a dead worker would wait for ever: every call fails when the worker ends. (A race
	// against one long-lived promise would do the same, and hold on to every answer.)
	const settle = <T>(call: () => Promise<T>): Promise<T> =>
		new Promise((resolve, reject) => {
			if (stopped) return reject(stopped);
			waiting.add(reject);
			call()
				.then(resolve, reject)
				.finally(() => waiting.delete(reject));
		});
	const callback = <T extends (...values: never[]) => void>(report?: T) => report && proxy(report);

	return {
		service: {
			load: (request, onProgress, signal) =>
				settle(() => remote.load(request, callback(onProgress), signal)),
			lookUp: (source, signal) => settle(() => remote.lookUp(source, signal)),
			describeMachine: () => settle(() => remote.describeMachine()),
			listModels: () => settle(() => remote.listModels()),
			deleteModel: (key) => settle(() => remote.deleteModel(key)),
			run: (request, signal) => settle(() => remote.run(request, signal)),
			preview: (request, signal) => settle(() => remote.preview(request, signal)),
			tokenize: (request, signal) => settle(() => remote.tokenize(request, signal)),
			generate: (request, onStep, signal) =>
				settle(() => remote.generate(request, callback(onStep), signal)),
			attention: (id, request, signal) => settle(() => remote.attention(id, request, signal)),
			hiddenState: (id, request, signal) => settle(() => remote.hiddenState(id, request, signal)),
			topLogits: (id, request, signal) => settle(() => remote.topLogits(id, request, signal)),
			lens: (id, request, signal) => settle(() => remote.lens(id, request, signal)),
			classify: (id, signal) => settle(() => remote.classify(id, signal)),
			visionAttention: (id, request, signal) =>
				settle(() => remote.visionAttention(id, request, signal)),
			visionState: (id, request, signal) => settle(() => remote.visionState(id, request, signal)),
			products: (id, request, signal) => settle(() => remote.products(id, request, signal)),
			addedLengths: (id, signal) => settle(() => remote.addedLengths(id, signal)),
			startGeneration: (request, signal) => settle(() => remote.startGeneration(request, signal)),
			stepGeneration: (request, onStep, signal) =>
				settle(() => remote.stepGeneration(request, callback(onStep), signal)),
			stepBack: (request, signal) => settle(() => remote.stepBack(request, signal)),
			forceTokens: (request, onStep, signal) =>
				settle(() => remote.forceTokens(request, callback(onStep), signal)),
			seekGeneration: (request, signal) => settle(() => remote.seekGeneration(request, signal)),
			setSampling: (request, signal) => settle(() => remote.setSampling(request, signal)),
			setEdits: (request, signal) => settle(() => remote.setEdits(request, signal)),
			readStep: (request, signal) => settle(() => remote.readStep(request, signal)),
			traceGeneration: (id, signal) => settle(() => remote.traceGeneration(id, signal)),
			endGeneration: (id) => settle(() => remote.endGeneration(id)),
			release: (id) => settle(() => remote.release(id)),
			dispose: () => settle(() => remote.dispose())
		},
		terminate: () => stop(new WorkerStoppedError('the model worker was ended'))
	};
}

function startWorker(): Worker {
	return new Worker(new URL('../../../workers/inference.worker.ts', import.meta.url), {
		type: 'module'
	});
}
