import type { InferenceService, PictureFile, RunSummary } from '../rpc/services.js';
import type { Tensor } from '../tensor/tensor.js';
import { SliceCache } from './sliceCache.js';
import type {
	AttentionRequest,
	HiddenStateRequest,
	LensCell,
	LensRequest,
	ModelInfo,
	ProductsRequest,
	TokenScore,
	TopLogitsRequest,
	Trace,
	TracePicture,
	VisionAttentionRequest,
	VisionStateRequest
} from './trace.js';

type SliceService = Pick<
	InferenceService,
	| 'attention'
	| 'hiddenState'
	| 'topLogits'
	| 'lens'
	| 'visionAttention'
	| 'visionState'
	| 'products'
	| 'addedLengths'
	| 'release'
>;

/** Bytes of slices that one trace keeps on the page. */
const cacheCapacity = 32 * 2 ** 20;

/** What a score costs in the cache: a short string and three numbers, roughly. */
const scoreBytes = 96;

/**
 * A trace whose tensors stay in the model worker; a view gets the slice it asks for, and what it
 * asked for lately is kept. Only finished answers are shared, so that one view's abort never takes
 * another's answer away.
 */
export class LiveTrace implements Trace {
	readonly model: ModelInfo;
	readonly run: RunSummary;
	/** The picture files of the prompt, in order. */
	readonly files: readonly PictureFile[];
	readonly #service: SliceService;
	readonly #slices = new SliceCache<Tensor | readonly TokenScore[] | readonly LensCell[]>(
		cacheCapacity
	);
	#released = false;

	readonly pictures: readonly TracePicture[];

	/** @param files the pictures of the run, in order, to draw them */
	constructor(
		service: SliceService,
		run: RunSummary,
		model: ModelInfo,
		files: readonly PictureFile[] = []
	) {
		this.#service = service;
		this.run = run;
		this.model = model;
		this.files = files;
		this.pictures = run.pictures.map((info, i) => ({ ...info, blob: files[i]?.blob ?? null }));
	}

	get tokens() {
		return this.run.tokens;
	}

	get images() {
		return this.run.images;
	}

	get masks() {
		return this.run.masks;
	}

	attention(request: AttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		return this.#slice(
			`attention ${JSON.stringify(request)}`,
			() => this.#service.attention(this.run.id, request, signal),
			(tensor) => tensor.data.byteLength,
			signal
		);
	}

	hiddenState(request: HiddenStateRequest, signal?: AbortSignal): Promise<Tensor> {
		return this.#slice(
			`hiddenState ${JSON.stringify(request)}`,
			() => this.#service.hiddenState(this.run.id, request, signal),
			(tensor) => tensor.data.byteLength,
			signal
		);
	}

	topLogits(request: TopLogitsRequest, signal?: AbortSignal): Promise<readonly TokenScore[]> {
		return this.#slice(
			`topLogits ${JSON.stringify(request)}`,
			() => this.#service.topLogits(this.run.id, request, signal),
			(scores) => scores.length * scoreBytes,
			signal
		);
	}

	lens(request: LensRequest, signal?: AbortSignal): Promise<readonly LensCell[]> {
		return this.#slice(
			`lens ${JSON.stringify(request)}`,
			() => this.#service.lens(this.run.id, request, signal),
			(cells) => cells.length * (request.k + 1) * scoreBytes,
			signal
		);
	}

	visionAttention(request: VisionAttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		return this.#slice(
			`visionAttention ${JSON.stringify(request)}`,
			() => this.#service.visionAttention(this.run.id, request, signal),
			(tensor) => tensor.data.byteLength,
			signal
		);
	}

	visionState(request: VisionStateRequest, signal?: AbortSignal): Promise<Tensor> {
		return this.#slice(
			`visionState ${JSON.stringify(request)}`,
			() => this.#service.visionState(this.run.id, request, signal),
			(tensor) => tensor.data.byteLength,
			signal
		);
	}

	products(request: ProductsRequest, signal?: AbortSignal): Promise<Tensor> {
		return this.#slice(
			`products ${JSON.stringify(request)}`,
			() => this.#service.products(this.run.id, request, signal),
			(tensor) => tensor.data.byteLength,
			signal
		);
	}

	addedLengths(signal?: AbortSignal): Promise<Tensor> {
		return this.#slice(
			'addedLengths',
			() => this.#service.addedLengths(this.run.id, signal),
			(tensor) => tensor.data.byteLength,
			signal
		);
	}

	/** Whether it can still be asked, and by this service: after a restart there is another. */
	isHeldBy(service: object): boolean {
		return !this.#released && service === this.#service;
	}

	/** Frees the run in the worker; what was not fetched by then cannot be had any more. */
	async release(): Promise<void> {
		if (this.#released) return;
		this.#released = true;
		await this.#service.release(this.run.id);
	}

	async #slice<T extends Tensor | readonly TokenScore[] | readonly LensCell[]>(
		key: string,
		fetch: () => Promise<T>,
		toByteLength: (value: T) => number,
		signal?: AbortSignal
	): Promise<T> {
		signal?.throwIfAborted();
		const kept = this.#slices.get(key);
		if (kept) return kept as T;
		if (this.#released)
			throw new Error('the model no longer holds this run: run it again to see more');
		const value = await fetch();
		this.#slices.set(key, value, toByteLength(value));
		signal?.throwIfAborted();
		return value;
	}
}
