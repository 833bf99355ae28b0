import { parseHeader, parseHeaderLength, prefixByteLength } from '../safetensors/header.js';
import type { TensorEntry } from '../safetensors/header.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import { isFloatDtype, toFloat32 } from '../tensor/toFloat32.js';
import type { Classification } from './classification.js';
import { RecordingError } from './recording.js';
import { expandRow } from './sparseRows.js';
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
import {
	headerKey,
	parseTraceFileHeader,
	type TraceFileError,
	type TraceFileHeader
} from './traceFile.js';

/** A trace read from a safetensors file: the same pictures without a model. */
export class FileTrace implements Trace {
	readonly header: TraceFileHeader;
	readonly pictures: readonly TracePicture[];
	/** What was recorded of a classification head; null in a recording of a run. */
	readonly classification: Classification | null;
	readonly #bytes: Uint8Array;
	readonly #entries: ReadonlyMap<string, TensorEntry>;

	/**
	 * Reads a recording that is in memory; values are decoded when they are asked for.
	 *
	 * @param pictures the picture files of the prompt, in order, where they are at hand
	 * @throws RecordingError or SafetensorsError saying what is wrong with the file
	 */
	constructor(bytes: Uint8Array, pictures: readonly Blob[] = []) {
		const file = 'the recording';
		const length = parseHeaderLength(bytes, bytes.byteLength, file);
		const json = bytes.subarray(prefixByteLength, prefixByteLength + length);
		const { metadata, tensors } = parseHeader(json, bytes.byteLength, file);
		const header = metadata.get(headerKey);
		if (header === undefined) {
			throw new RecordingError(`the file has no ${headerKey} in its metadata: it is no recording`);
		}
		this.header = parseTraceFileHeader(header);
		this.pictures = this.header.pictures.map((picture, i) => ({
			...picture,
			blob: pictures[i] ?? null
		}));
		this.#bytes = bytes;
		this.#entries = tensors;
		this.classification = this.#readClassification();
	}

	get model(): ModelInfo {
		return this.header.model;
	}

	get tokens() {
		return this.header.tokens;
	}

	get images() {
		return this.header.images;
	}

	get masks() {
		return this.header.masks;
	}

	/** How far the numbers may be from those that were computed. */
	get error(): TraceFileError {
		return this.header.error;
	}

	/** Layers whose attention was recorded, ascending. */
	get attentionLayers(): number[] {
		return this.#layersOf(/^attentions\.(\d+)(?:\.weights)?$/);
	}

	/** Hidden states that were recorded, ascending. */
	get hiddenStateLayers(): number[] {
		return this.#layersOf(/^hidden_states\.(\d+)$/);
	}

	/** Hidden states whose logit lens was recorded, ascending. */
	get lensLayers(): number[] {
		return this.#layersOf(/^lens\.(\d+)\.ids$/);
	}

	async attention(request: AttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		signal?.throwIfAborted();
		const { numHiddenLayers, numAttentionHeads } = this.model.config.textConfig;
		const { layer, head } = request;
		checkIndex('layer', layer, numHiddenLayers);
		if (head !== undefined) checkIndex('head', head, numAttentionHeads);
		const positions = this.tokens.length;
		const queries = checkRange('queries', request.queries, positions);
		const keys = checkRange('keys', request.keys, positions);
		const firstHead = head ?? 0;
		const heads = head === undefined ? numAttentionHeads : 1;
		const width = keys.end - keys.start;
		const dims = [heads, queries.end - queries.start, width];
		const data = new Float32Array(dims[0] * dims[1] * dims[2]);
		const readRow = this.#rowReader(layer, numAttentionHeads);
		for (let h = 0; h < heads; h++) {
			for (let query = queries.start; query < queries.end; query++) {
				const at = (h * dims[1] + query - queries.start) * width;
				readRow((firstHead + h) * positions + query, keys, data.subarray(at, at + width));
			}
		}
		return createTensor('float32', dims, data); // [heads, queries, keys]
	}

	/** Reads a part of row `head * T + query` of a layer's weights into a row of zeros. */
	#rowReader(layer: number, heads: number) {
		const positions = this.tokens.length;
		const name = `attentions.${layer}`;
		if (this.#entries.has(name)) {
			this.#expectShape(name, [heads, positions, positions]);
			return (row: number, keys: Range, target: Float32Array) =>
				target.set(this.#floats(name, row * positions + keys.start, target.length));
		}
		if (!this.#entries.has(`${name}.weights`)) {
			throw missing(`no attention of layer ${layer}`);
		}
		const k = this.#entries.get(`${name}.weights`)!.shape[2] ?? 0;
		this.#expectShape(`${name}.weights`, [heads, positions, k]);
		this.#expectShape(`${name}.keys`, [heads, positions, k]);
		return (row: number, keys: Range, target: Float32Array) =>
			expandRow(
				this.#integers(`${name}.keys`, row * k, k),
				this.#floats(`${name}.weights`, row * k, k),
				keys.start,
				target
			);
	}

	async hiddenState(request: HiddenStateRequest, signal?: AbortSignal): Promise<Tensor> {
		signal?.throwIfAborted();
		const { numHiddenLayers, hiddenSize } = this.model.config.textConfig;
		checkIndex('layer', request.layer, numHiddenLayers + 1);
		const { start, end } = checkRange('positions', request.positions, this.tokens.length);
		const name = `hidden_states.${request.layer}`;
		if (!this.#entries.has(name)) throw missing(`no hidden state ${request.layer}`);
		this.#expectShape(name, [this.tokens.length, hiddenSize]);
		const data = this.#floats(name, start * hiddenSize, (end - start) * hiddenSize);
		return createTensor('float32', [end - start, hiddenSize], data);
	}

	async topLogits(request: TopLogitsRequest, signal?: AbortSignal): Promise<readonly TokenScore[]> {
		signal?.throwIfAborted();
		const { position, layer, k } = request;
		const { numHiddenLayers } = this.model.config.textConfig;
		checkIndex('position', position, this.tokens.length);
		if (layer !== undefined) checkIndex('layer', layer, numHiddenLayers + 1);
		const isLast = layer === undefined || layer === numHiddenLayers;
		if (isLast) return this.#scoreReader('top_logits', 'scores of next tokens')(position, k);
		return this.#scoreReader(`lens.${layer}`, `logit lens of hidden state ${layer}`)(position, k);
	}

	async lens(request: LensRequest, signal?: AbortSignal): Promise<readonly LensCell[]> {
		signal?.throwIfAborted();
		const { layers, k, token } = request;
		const { numHiddenLayers } = this.model.config.textConfig;
		const { start, end } = checkRange('positions', request.positions, this.tokens.length);
		const cells: LensCell[] = [];
		for (const layer of layers) {
			checkIndex('layer', layer, numHiddenLayers + 1);
			const name = `lens.${layer}`;
			const read = this.#scoreReader(name, `logit lens of hidden state ${layer}`);
			this.#expectShape(`${name}.divergence`, [this.tokens.length]);
			const divergences = this.#floats(`${name}.divergence`, start, end - start);
			for (let position = start; position < end; position++) {
				const scores = read(position, Infinity);
				const rank = token === undefined ? -1 : scores.findIndex(({ id }) => id === token);
				const next = this.tokens[position + 1]?.id;
				cells.push({
					scores: scores.slice(0, k),
					divergence: divergences[position - start],
					rank: rank < 0 ? null : rank,
					nextProbability: scores.find(({ id }) => id === next)?.probability ?? null
				});
			}
		}
		return cells;
	}

	#readClassification(): Classification | null {
		const { classification, tokens } = this.header;
		if (!classification) return null;
		const { position, scoreFunction, labels } = classification;
		const read = (part: 'logits' | 'probabilities') => {
			this.#expectShape(`classification.${part}`, [labels.length]);
			return this.#floats(`classification.${part}`, 0, labels.length);
		};
		const logits = read('logits');
		const shares = scoreFunction === 'none' ? null : read('probabilities');
		const toScore = (label: string, i: number) =>
			({ label, logit: logits[i], probability: shares?.[i] ?? null }) as const;
		return { token: tokens[position], scoreFunction, labels: labels.map(toScore) };
	}

	/** Reads the likeliest tokens of a position. */
	#scoreReader(name: string, what: string) {
		const entry = this.#entries.get(`${name}.ids`);
		if (!entry) throw missing(`no ${what}`);
		const count = entry.shape[1] ?? 0;
		for (const part of ['ids', 'logits', 'probabilities']) {
			this.#expectShape(`${name}.${part}`, [this.tokens.length, count]);
		}
		return (position: number, k: number): TokenScore[] => {
			const wanted = Math.min(k, count);
			const ids = this.#integers(`${name}.ids`, position * count, wanted);
			const logits = this.#floats(`${name}.logits`, position * count, wanted);
			const probabilities = this.#floats(`${name}.probabilities`, position * count, wanted);
			return Array.from(ids, (id, i) => ({
				id,
				text: this.header.texts[id] ?? '',
				logit: logits[i],
				probability: probabilities[i]
			}));
		};
	}

	async visionAttention(_: VisionAttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		signal?.throwIfAborted();
		throw missing('nothing of the vision tower');
	}

	async visionState(_: VisionStateRequest, signal?: AbortSignal): Promise<Tensor> {
		signal?.throwIfAborted();
		throw missing('nothing of the vision tower');
	}

	#layersOf(pattern: RegExp): number[] {
		const layers = [...this.#entries.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []);
		return layers.map(Number).sort((a, b) => a - b);
	}

	#expectShape(name: string, expected: readonly number[]): void {
		const shape = this.#entries.get(name)?.shape;
		if (shape?.join() === expected.join()) return;
		throw new RecordingError(
			`the recording's ${name} is [${shape?.join(', ') ?? 'missing'}], expected [${expected.join(', ')}]`
		);
	}

	#floats(name: string, start: number, count: number): Float32Array {
		const { dtype, start: offset } = this.#entries.get(name)!;
		if (!isFloatDtype(dtype)) {
			throw new RecordingError(`the recording's ${name} is ${dtype}, expected F16 or F32`);
		}
		const size = dtype === 'F32' ? 4 : 2;
		const from = offset + start * size;
		return toFloat32(this.#bytes.subarray(from, from + count * size), dtype);
	}

	#integers(name: string, start: number, count: number): Int32Array {
		const { dtype, start: offset } = this.#entries.get(name)!;
		if (dtype !== 'I32') {
			throw new RecordingError(`the recording's ${name} is ${dtype}, expected I32`);
		}
		const from = offset + start * 4;
		return new Int32Array(this.#bytes.slice(from, from + count * 4).buffer);
	}
}

function missing(what: string): RecordingError {
	return new RecordingError(`this recording holds ${what}: run the prompt to compute it`);
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
