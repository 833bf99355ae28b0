import { createTensor, type Tensor } from '../tensor/tensor.js';
import { parseRecording } from './parseRecording.js';
import { decodeWeights, RecordingError, type Recording } from './recording.js';
import type {
	AttentionRequest,
	HiddenStateRequest,
	LensCell,
	LensRequest,
	ModelInfo,
	Range,
	TokenScore,
	TopLogitsRequest,
	Trace,
	TracePicture,
	VisionAttentionRequest,
	VisionStateRequest
} from './trace.js';

/** A trace read from a file: the same pictures without a model. */
export class RecordedTrace implements Trace {
	readonly model: ModelInfo;
	readonly recording: Recording;
	readonly pictures: readonly TracePicture[];
	readonly #weights: Float32Array; // [layers, heads, positions, positions]

	/** @throws RecordingError if the attention data does not fit its shape */
	constructor(recording: Recording) {
		const [layers, heads, queries, keys] = recording.attentions.dims;
		this.recording = recording;
		this.model = { ...recording.model, recorded: true };
		this.pictures = recording.pictures.map((picture) => ({ ...picture, blob: null }));
		this.#weights = decodeWeights(recording.attentions.data, layers * heads * queries * keys);
	}

	/**
	 * Reads a recording.
	 *
	 * @throws RecordingError saying what is wrong with the file
	 */
	static parse(text: string): RecordedTrace {
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch (error) {
			throw new RecordingError(`the recording is not JSON: ${(error as Error).message}`);
		}
		return new RecordedTrace(parseRecording(value));
	}

	get tokens() {
		return this.recording.tokens;
	}

	get images() {
		return this.recording.images;
	}

	get masks() {
		return this.recording.masks;
	}

	/** Largest difference of a weight from the one that was computed. */
	get maxError(): number {
		return this.recording.attentions.maxError;
	}

	async attention(request: AttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		await nextTask();
		signal?.throwIfAborted();
		const [layers, numHeads, positions] = this.recording.attentions.dims;
		const { layer, head } = request;
		checkIndex('layer', layer, layers);
		if (head !== undefined) checkIndex('head', head, numHeads);
		const queries = checkRange('queries', request.queries, positions);
		const keys = checkRange('keys', request.keys, positions);
		const heads = head === undefined ? { start: 0, end: numHeads } : { start: head, end: head + 1 };

		const width = keys.end - keys.start;
		const dims = [heads.end - heads.start, queries.end - queries.start, width];
		const data = new Float32Array(dims[0] * dims[1] * dims[2]);
		let offset = 0;
		for (let h = heads.start; h < heads.end; h++) {
			for (let query = queries.start; query < queries.end; query++) {
				const row = ((layer * numHeads + h) * positions + query) * positions;
				data.set(this.#weights.subarray(row + keys.start, row + keys.end), offset);
				offset += width;
			}
		}
		return createTensor('float32', dims, data); // [heads, queries, keys]
	}

	async hiddenState(request: HiddenStateRequest, signal?: AbortSignal): Promise<Tensor> {
		signal?.throwIfAborted();
		throw new RecordingError(
			`this recording holds no hidden states (layer ${request.layer} was asked for): run the prompt to compute them`
		);
	}

	async lens(request: LensRequest, signal?: AbortSignal): Promise<readonly LensCell[]> {
		signal?.throwIfAborted();
		throw new RecordingError(
			`this recording holds no logit lens (layers ${request.layers.join(', ')} were asked for): run the prompt to compute it`
		);
	}

	async visionAttention(request: VisionAttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		signal?.throwIfAborted();
		throw new RecordingError(
			`this recording holds nothing of the vision tower (layer ${request.layer} was asked for): run the prompt to compute it`
		);
	}

	visionState(request: VisionStateRequest, signal?: AbortSignal): Promise<Tensor> {
		return this.visionAttention(request, signal);
	}

	async topLogits(request: TopLogitsRequest, signal?: AbortSignal): Promise<readonly TokenScore[]> {
		signal?.throwIfAborted();
		checkIndex('position', request.position, this.tokens.length);
		const { numHiddenLayers } = this.model.config.textConfig;
		if (request.layer !== undefined && request.layer !== numHiddenLayers) {
			throw new RecordingError(
				`this recording holds the scores of the last layer only, not of layer ${request.layer}: run the prompt to compute them`
			);
		}
		return this.recording.topLogits[request.position].slice(0, request.k);
	}
}

/**
 * A recording answers at once; a task of its own keeps decoding and drawing it from piling up on
 * whatever asked, as an answer from a worker never does.
 */
function nextTask(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve));
}

function checkIndex(name: string, value: number, count: number): void {
	if (Number.isInteger(value) && value >= 0 && value < count) return;
	throw new RangeError(`invalid ${name}: ${value}, expected 0 to ${count - 1}`);
}

function checkRange(name: string, range: Range | undefined, count: number): Range {
	if (!range) return { start: 0, end: count };
	const { start, end } = range;
	const inside = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end <= count;
	if (inside && start <= end) return range;
	throw new RangeError(
		`invalid ${name}: ${start} to ${end}, expected a range within 0 to ${count}`
	);
}
