import type * as Ort from 'onnxruntime-web';
import type { InputBuffers } from '../runtime/inputBuffers.js';
import { toAdditiveMask, type AttentionMask } from './attentionMask.js';
import type { CacheLayouts } from './keyValueCache.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { DecoderInput } from './decoder.js';
import { ropeTables } from './rope.js';

type Feeds = Record<string, Ort.Tensor>;

/**
 * Embeddings, positions and places of one pass, padded to `rows` queries.
 *
 * @param isFlat for a graph that takes the cache of one key head and one prompt as a matrix
 */
export function inputFeeds(
	buffers: InputBuffers,
	config: Gemma3TextConfig,
	{ inputsEmbeds, positionIds }: DecoderInput,
	rows: number,
	layouts: CacheLayouts,
	isFlat = false
): Feeds {
	const [batch, queries, width] = inputsEmbeds.dims;
	const { headDim, numKeyValueHeads } = config;
	let embeds = inputsEmbeds.data;
	let positions = positionIds.flat();
	if (rows > queries) {
		embeds = new Float32Array(batch * rows * width);
		positions = Array<number>(batch * rows).fill(0);
		for (let b = 0; b < batch; b++) {
			const start = b * queries * width;
			embeds.set(inputsEmbeds.data.subarray(start, start + queries * width), b * rows * width);
			positionIds[b].forEach((position, query) => (positions[b * rows + query] = position));
		}
	}
	const ropeRows = BigInt64Array.from({ length: batch * rows }, (_, row) => BigInt(row));
	const feeds: Feeds = {
		inputs_embeds: buffers.tensor('inputs_embeds', 'float32', embeds, [batch, rows, width]),
		rope_rows: buffers.tensor('rope_rows', 'int64', ropeRows, [batch, rows])
	};
	for (const kind of new Set(config.layerTypes)) {
		const { cos, sin } = ropeTables(config.ropeParameters[kind], headDim, positions);
		const dims = [batch * rows, headDim / 2];
		feeds[`rope_cos.${kind}`] = buffers.tensor(`rope_cos.${kind}`, 'float32', cos, dims);
		feeds[`rope_sin.${kind}`] = buffers.tensor(`rope_sin.${kind}`, 'float32', sin, dims);
		const places = isFlat
			? BigInt64Array.from(layouts[kind].rows, BigInt)
			: toIndices(layouts[kind].rows, batch, numKeyValueHeads);
		const placeDims = isFlat ? [rows, 1] : [batch, numKeyValueHeads, rows, 3];
		feeds[`cache_rows.${kind}`] = buffers.tensor(`cache_rows.${kind}`, 'int64', places, placeDims);
	}
	return feeds;
}

/** The first rows of the pass as those whose inner values are given out. */
export function probeFeeds(buffers: InputBuffers, count: number): Feeds {
	const rows = BigInt64Array.from({ length: count }, (_, row) => BigInt(row));
	return { probe_rows: buffers.tensor('probe_rows', 'int64', rows, [count]) };
}

/** Indices of a scatter: batch, head and place of each row. */
function toIndices(rows: Int32Array, batch: number, heads: number): BigInt64Array {
	const indices = new BigInt64Array(batch * heads * rows.length * 3);
	let at = 0;
	for (let b = 0; b < batch; b++) {
		for (let head = 0; head < heads; head++) {
			for (const row of rows) {
				indices[at++] = BigInt(b);
				indices[at++] = BigInt(head);
				indices[at++] = BigInt(row);
			}
		}
	}
	return indices;
}

/** One mask a layer; layers whose mask is the same object share one upload. */
export function maskFeeds(
	buffers: InputBuffers,
	config: Gemma3TextConfig,
	masks: readonly AttentionMask[],
	rows: number,
	layouts: CacheLayouts,
	isFlat = false
): Feeds {
	const tensors = new Map<AttentionMask, Ort.Tensor>();
	const feeds: Feeds = {};
	masks.forEach((mask, layer) => {
		let tensor = tensors.get(mask);
		if (tensor === undefined) {
			const { positions } = layouts[config.layerTypes[layer]];
			const { data, dims } = toAdditiveMask(mask, { positions, rows });
			const shape = isFlat ? [rows, 1, positions.length] : dims;
			tensor = buffers.tensor(`mask.${tensors.size}`, 'float32', data, shape);
			tensors.set(mask, tensor);
		}
		feeds[`mask.${layer}`] = tensor;
	});
	return feeds;
}
