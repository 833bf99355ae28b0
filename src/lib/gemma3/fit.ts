import { blockCount, codeByteLength, type WeightDtype } from '../tensor/packedMatrix.js';
import { elementCount } from '../tensor/tensor.js';
import { ringCapacity } from './cacheLayout.js';
import type { Gemma3Config } from './configuration.js';
import { expectedParts, type Parts } from './pretrained.js';
import { chunkOnGpu, longestChunk } from './passSizes.js';
import { keptDtype } from './weights.js';

/** What a model asks for, in bytes. */
export interface ModelSize {
	readonly dtype: WeightDtype;
	/** Weights in all, as a number. */
	readonly weightCount: number;
	/** To fetch: the published weights are bfloat16. */
	readonly fetch: number;
	/** To keep on disk. */
	readonly store: number;
	/** On the device, weights alone; float16 is widened there. */
	readonly device: number;
	/** In the page's memory: the embedding, whose rows are looked up there. */
	readonly host: number;
	/** The largest single weight on the device. */
	readonly largestBuffer: number;
	/** Room for one weight in float32, which WebAssembly widens quantised ones into. */
	readonly scratch: number;
}

/** What there is, in bytes; undefined where nobody knows. */
export interface Machine {
	readonly device: 'wasm' | 'webgpu';
	/** What the graphics device binds at once; a larger weight is held in parts. */
	readonly maxWeightBytes?: number;
	/** Free for this page on disk. */
	readonly storage?: number;
	/** For weights and cache on the device. */
	readonly deviceMemory?: number;
}

export interface Fit {
	readonly fits: boolean;
	/** What does not fit, a sentence each. */
	readonly problems: readonly string[];
}

const head = 'lm_head.weight';
const embedding = 'embed_tokens.weight';
const dtypes: readonly WeightDtype[] = ['fp32', 'fp16', 'q8', 'q4'];
/** WebAssembly addresses no more, and some of it is the runtime's. */
const wasmCeiling = 4 * 2 ** 30;
const wasmOverhead = 256 * 2 ** 20;

/**
 * What a model of this configuration asks for with weights of some dtype.
 *
 * @throws UnsupportedModelError if it lacks a wanted part
 */
export function modelSize(
	config: Gemma3Config,
	dtype: WeightDtype,
	parts: Parts = { head: 'lm', vision: 'if configured' }
): ModelSize {
	const expected = expectedParts(config, parts, 'the model');
	let [weightCount, fetch, store, device, host, largestBuffer, scratch] = [0, 0, 0, 0, 0, 0, 0];
	for (const [name, shape] of expected) {
		const count = elementCount(shape);
		const kept = keptDtype(name, dtype);
		const sizes = weightSizes(shape, kept);
		weightCount += count;
		fetch += count * 2;
		store += sizes.store;
		if (name === embedding) host = sizes.store;
		// The embedding is on the device as the head that it is tied to.
		const isOnDevice = name !== embedding || (parts.head === 'lm' && !expected.has(head));
		if (!isOnDevice) continue;
		device += sizes.device;
		largestBuffer = Math.max(largestBuffer, sizes.largest);
		if (kept === 'q8' || kept === 'q4') scratch = Math.max(scratch, count * 4);
	}
	return { dtype, weightCount, fetch, store, device, host, largestBuffer, scratch };
}

function weightSizes(shape: readonly number[], dtype: WeightDtype) {
	const count = elementCount(shape);
	if (dtype === 'fp32' || dtype === 'fp16') {
		const device = count * 4;
		return { store: dtype === 'fp16' ? count * 2 : device, device, largest: device };
	}
	const [rows, columns] = shape;
	const codes = rows * codeByteLength(dtype, columns);
	const device = codes + rows * blockCount(columns) * 4;
	return { store: device, device, largest: codes };
}

/**
 * Bytes of keys and values of a context of so many tokens: of all of them in global layers, of the
 * window and one pass in local ones. A cache grows by doubling.
 */
export function cacheSize(
	{ textConfig }: Gemma3Config,
	contextLength: number,
	device: Machine['device'] = 'wasm'
): number {
	const { numKeyValueHeads, headDim, slidingWindow, layerTypes } = textConfig;
	const capacity = 2 ** Math.ceil(Math.log2(Math.max(contextLength, 1)));
	const longestPass = device === 'webgpu' ? chunkOnGpu(contextLength) : longestChunk;
	const ring = Math.min(capacity, ringCapacity(slidingWindow, longestPass));
	const places = layerTypes.reduce(
		(sum, kind) => sum + (kind === 'full_attention' ? capacity : ring),
		0
	);
	return 2 * 4 * numKeyValueHeads * headDim * places;
}

/** Whether a model with a context of so many tokens fits a machine, and what does not. */
export function checkFit(
	config: Gemma3Config,
	size: ModelSize,
	machine: Machine,
	contextLength: number
): Fit {
	const problems: string[] = [];
	const cache = cacheSize(config, contextLength, machine.device);
	if (contextLength > config.textConfig.maxPositionEmbeddings) {
		problems.push(
			`the model reads ${config.textConfig.maxPositionEmbeddings} tokens, not ${contextLength}`
		);
	}
	if (machine.storage !== undefined && size.store > machine.storage) {
		problems.push(
			`keeping it needs ${megabytes(size.store)} of disk, this page may use ${megabytes(machine.storage)} more`
		);
	}
	if (machine.device === 'wasm') {
		// Weights are repacked one after another; the largest is there twice for a moment.
		const needed = size.device + cache + Math.max(size.scratch, size.largestBuffer) + wasmOverhead;
		if (needed > wasmCeiling) {
			problems.push(
				`WebAssembly can address 4 GiB, and weights, cache and work space need ${megabytes(needed)}`
			);
		}
		return { fits: problems.length === 0, problems };
	}
	if (machine.deviceMemory !== undefined && size.device + cache > machine.deviceMemory) {
		problems.push(
			`weights and cache need ${megabytes(size.device + cache)} of graphics memory, of ${megabytes(machine.deviceMemory)}`
		);
	}
	return { fits: problems.length === 0, problems };
}

/** The most exact dtype that fits, and why the more exact ones do not; null if none does. */
export function bestFit(
	config: Gemma3Config,
	machine: Machine,
	contextLength: number
): { readonly size: ModelSize; readonly refused: ReadonlyMap<WeightDtype, Fit> } | null {
	const refused = new Map<WeightDtype, Fit>();
	for (const dtype of dtypes) {
		const size = modelSize(config, dtype);
		const fit = checkFit(config, size, machine, contextLength);
		if (fit.fits) return { size, refused };
		refused.set(dtype, fit);
	}
	return null;
}

function megabytes(bytes: number): string {
	return bytes >= 1e10 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
