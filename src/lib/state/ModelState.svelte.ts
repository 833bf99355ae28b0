import {
	startInferenceClient,
	type InferenceClient,
	type WorkerStoppedError
} from '../rpc/client.js';
import type { InferenceService, LoadRequest, Progress } from '../rpc/services.js';
import type { ModelInfo } from '../trace/trace.js';
import { isAbort, toFailure, type Failure } from './failure.js';

type StartClient = (onStopped: (error: WorkerStoppedError) => void) => InferenceClient;

export type ModelStatus = 'idle' | 'loading' | 'ready' | 'failed';

/** Restarts in a row, without an answer in between, before the page gives up. */
const maxRestarts = 2;

/** The model in its worker: loading, ready, or failed, and started again when the worker dies. */
export class ModelState {
	#status = $state<ModelStatus>('idle');
	#progress = $state.raw<Progress | null>(null);
	#info = $state.raw<ModelInfo | null>(null);
	#failure = $state.raw<Failure | null>(null);
	#notice = $state.raw<Failure | null>(null);
	#client: InferenceClient | null = null;
	#controller: AbortController | null = null;
	#request: LoadRequest | null = null;
	#restarts = 0;
	#onReady: () => void = () => {};
	readonly #startClient: StartClient;

	constructor(startClient: StartClient = startInferenceClient) {
		this.#startClient = startClient;
	}

	get status(): ModelStatus {
		return this.#status;
	}

	get progress(): Progress | null {
		return this.#progress;
	}

	get info(): ModelInfo | null {
		return this.#info;
	}

	/** Why there is no model, once loading failed. */
	get failure(): Failure | null {
		return this.#failure;
	}

	/** Something that went wrong and was put right: a restarted worker. */
	get notice(): Failure | null {
		return this.#notice;
	}

	/** The service, once the model is ready. */
	get service(): InferenceService | null {
		return this.#status === 'ready' ? this.#client!.service : null;
	}

	/** Calls back whenever a model is ready: the first time, after a retry, after a restart. */
	whenReady(onReady: () => void): void {
		this.#onReady = onReady;
	}

	/** Loads a model, in place of any other; true once it is ready, false if it failed or was replaced. */
	async load(request: LoadRequest): Promise<boolean> {
		this.#controller?.abort();
		const controller = new AbortController();
		this.#controller = controller;
		this.#request = request;
		this.#status = 'loading';
		this.#failure = null;
		this.#progress = { phase: 'connect', loaded: 0, total: 0 };
		try {
			this.#client ??= this.#startClient(this.#restart);
			const info = await this.#client.service.load(
				request,
				(progress) => {
					if (controller === this.#controller) this.#progress = progress;
				},
				controller.signal
			);
			if (controller !== this.#controller) return false;
			this.#info = info;
			this.#status = 'ready';
			this.#onReady();
			return true;
		} catch (error) {
			if (controller !== this.#controller) return false;
			this.#fail(error);
			return false;
		} finally {
			if (controller === this.#controller) this.#progress = null;
		}
	}

	/** Loads the last model again. */
	retry = (): void => {
		this.#restarts = 0;
		this.#notice = null;
		if (this.#request) void this.load(this.#request);
	};

	/** Stops loading. */
	stop = (): void => {
		if (this.#status === 'loading') this.#controller?.abort();
	};

	/** The worker answered: earlier deaths no longer count. */
	confirm(): void {
		this.#restarts = 0;
	}

	dismissNotice = (): void => {
		this.#notice = null;
	};

	/** The device is gone although the worker lives: a fresh worker, and the model anew. */
	replaceWorker(error: Error): void {
		this.#client?.terminate();
		this.#restart(error);
	}

	dispose(): void {
		this.#controller?.abort();
		this.#controller = null;
		this.#client?.terminate();
		this.#client = null;
		this.#status = 'idle';
	}

	#restart = (error: Error): void => {
		this.#client = null;
		this.#controller?.abort();
		this.#controller = null;
		if (++this.#restarts > maxRestarts || !this.#request) {
			this.#fail(error, 'It was started again twice without success. Reload the page.');
			return;
		}
		this.#notice = toFailure(error);
		void this.load(this.#request);
	};

	#fail(error: unknown, remedy?: string): void {
		this.#progress = null;
		this.#status = 'failed';
		this.#failure = isAbort(error)
			? { message: 'Loading was stopped.', remedy: 'Load the model when you are ready.' }
			: remedy
				? { ...toFailure(error), remedy }
				: toFailure(error, 'Load the model again.');
	}
}
