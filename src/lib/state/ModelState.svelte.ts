import {
	startInferenceClient,
	type InferenceClient,
	type WorkerStoppedError
} from '../rpc/client.js';
import type { ModelLoadService } from '../rpc/modelServices.js';
import type { InferenceService, LoadRequest, Progress } from '../rpc/services.js';
import type { ModelInfo } from '../trace/trace.js';
import { isAbort, toFailure, type Failure } from './failure.js';
import { LoadProgress } from './LoadProgress.svelte.js';

type StartClient = (onStopped: (error: WorkerStoppedError) => void) => InferenceClient;

export type ModelStatus = 'idle' | 'loading' | 'ready' | 'failed';

/** Restarts in a row, without an answer in between, before the page gives up. */
const maxRestarts = 2;

/**
 * The model in its worker: loading, ready, or failed, and started again when the worker dies. While
 * another model is loaded the present one is kept: if that fails or is stopped, it is ready again.
 */
export class ModelState {
	#status = $state<ModelStatus>('idle');
	#load = $state.raw<LoadProgress | null>(null);
	#info = $state.raw<ModelInfo | null>(null);
	#failure = $state.raw<Failure | null>(null);
	#notice = $state.raw<Failure | null>(null);
	#request = $state.raw<LoadRequest | null>(null);
	#isPaused = $state(false);
	#client: InferenceClient | null = null;
	#controller: AbortController | null = null;
	/** What the worker holds. */
	#loaded: LoadRequest | null = null;
	#restarts = 0;
	#onReady: (isOther: boolean) => void = () => {};
	readonly #startClient: StartClient;

	constructor(startClient: StartClient = startInferenceClient) {
		this.#startClient = startClient;
	}

	get status(): ModelStatus {
		return this.#status;
	}

	/** The newest report of a load that is under way. */
	get progress(): Progress | null {
		return this.#status === 'loading' ? (this.#load?.latest ?? null) : null;
	}

	/** All reports of the load that is under way or paused. */
	get loading(): LoadProgress | null {
		return this.#load;
	}

	/** What was asked for last: loaded, being loaded, or paused. */
	get request(): LoadRequest | null {
		return this.#request;
	}

	/** A load was interrupted by the reader, to go on later. */
	get isPaused(): boolean {
		return this.#isPaused;
	}

	get info(): ModelInfo | null {
		return this.#info;
	}

	/** Why the last load failed; the model before it, if there was one, is still there. */
	get failure(): Failure | null {
		return this.#failure;
	}

	/** Something that went wrong and was put right: a restarted worker, another device. */
	get notice(): Failure | null {
		return this.#notice;
	}

	/** The service, once the model is ready. */
	get service(): InferenceService | null {
		return this.#status === 'ready' ? this.#client!.service : null;
	}

	/** What needs no model: looking for one, and what is kept. */
	get library(): ModelLoadService {
		return (this.#client ??= this.#startClient(this.#restart)).service;
	}

	/**
	 * Calls back whenever a model is ready: the first time, after a retry, after a restart.
	 *
	 * @param onReady told whether it is another model than before
	 */
	whenReady(onReady: (isOther: boolean) => void): void {
		this.#onReady = onReady;
	}

	/** Loads a model, in place of any other; true once it is ready, false if it failed or was replaced. */
	async load(request: LoadRequest): Promise<boolean> {
		this.#controller?.abort();
		const controller = new AbortController();
		const load = new LoadProgress();
		this.#controller = controller;
		this.#request = request;
		this.#load = load;
		this.#isPaused = false;
		this.#status = 'loading';
		this.#failure = null;
		try {
			const { notices, ...info } = await this.library.load(
				request,
				(progress) => {
					if (controller === this.#controller) load.report(progress);
				},
				controller.signal
			);
			if (controller !== this.#controller) return false;
			// What the editor held before any model came was made for the one that the app carries.
			const isOther = this.#info ? this.#info.name !== info.name : info.promptKind === 'plain';
			this.#loaded = request;
			this.#info = info;
			this.#load = null;
			this.#status = 'ready';
			if (notices.length > 0) this.#notice = { message: notices.join(' '), remedy: '' };
			this.#onReady(isOther);
			return true;
		} catch (error) {
			if (controller !== this.#controller) return false;
			this.#fail(error);
			return false;
		}
	}

	/** Interrupts a load; what was fetched is kept, and `resume` goes on from there. */
	pause = (): void => {
		if (this.#status !== 'loading') return;
		this.#abandon();
		this.#isPaused = true;
	};

	resume = async (): Promise<boolean> =>
		this.#isPaused && this.#request !== null && this.load(this.#request);

	/** Ends a load; what was fetched is kept for the next time. */
	cancel = (): void => {
		if (this.#status !== 'loading' && !this.#isPaused) return;
		this.#abandon();
		this.#load = null;
		this.#request = this.#loaded;
		if (this.#status === 'idle') this.#fail(new DOMException('', 'AbortError'));
	};

	/** Loads the last model again. */
	retry = (): void => {
		this.#restarts = 0;
		this.#notice = null;
		if (this.#request) void this.load(this.#request);
	};

	/** The worker answered: earlier deaths no longer count. */
	confirm(): void {
		this.#restarts = 0;
	}

	dismissNotice = (): void => {
		this.#notice = null;
	};

	dismissFailure = (): void => {
		this.#failure = null;
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
		this.#loaded = null;
		this.#load = null;
		this.#isPaused = false;
		this.#status = 'idle';
	}

	/** Stops the load that is under way; the model before it is ready again. */
	#abandon(): void {
		this.#controller?.abort();
		this.#controller = null;
		this.#isPaused = false;
		this.#status = this.#loaded ? 'ready' : 'idle';
	}

	#restart = (error: Error): void => {
		const wasLoading = this.#status === 'loading';
		const before = this.#loaded;
		this.#client = null;
		this.#loaded = null;
		this.#controller?.abort();
		this.#controller = null;
		if (++this.#restarts > maxRestarts || !this.#request) {
			this.#fail(error, 'It was started again twice without success. Reload the page.');
			return;
		}
		if (wasLoading && before && before !== this.#request) {
			const { name } = this.#request;
			const failure = {
				message: `The model worker stopped while it loaded ${name}.`,
				remedy: 'There may be too little memory: choose fewer bits a weight, or a smaller model.'
			};
			void this.load(before);
			this.#failure = failure;
			return;
		}
		this.#notice = toFailure(error);
		void this.load(this.#request);
	};

	#fail(error: unknown, remedy?: string): void {
		this.#load = null;
		this.#status = this.#loaded ? 'ready' : 'failed';
		this.#failure = isAbort(error)
			? { message: 'Loading was stopped.', remedy: 'Load the model when you are ready.' }
			: remedy
				? { ...toFailure(error), remedy }
				: toFailure(error, 'Load the model again.');
	}
}
