import {
	pooledVisionAttention,
	stackHeads,
	visionAttentionRow,
	type VisionHeads
} from '../src/lib/gemma3/visionAttention.js';
import type { VisionTower } from '../src/lib/gemma3/visionTower.js';
import { createTensor, type Tensor } from '../src/lib/tensor/tensor.js';
import type { VisionAttentionRequest, VisionStateRequest } from '../src/lib/trace/trace.js';
import { checkIndex } from './checks.js';

/**
 * The vision tower's internals for the squares of one prompt, computed when somebody looks: one
 * layer of one square at a time, since those of a large tower together would fill the memory.
 */
export class VisionRun {
	#key = '';
	#values: Promise<Map<string, Tensor>> | undefined;

	constructor(
		readonly tower: VisionTower,
		/** `[images, 3, imageSize, imageSize]` */
		readonly pixelValues: Tensor
	) {}

	/** `[heads, softTokens, softTokens]`, or of one patch `[heads, 1, patches]`. */
	async attention(request: VisionAttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		const { image, layer, head, patch } = request;
		const { numAttentionHeads, hiddenSize, numHiddenLayers } = this.tower.config.visionConfig!;
		checkIndex('layer', layer, numHiddenLayers);
		checkIndex('head', head ?? 0, numAttentionHeads);
		const names = [`query.${layer}`, `key.${layer}`];
		const [query, key] = await this.#read(image, names, signal);
		const numPatches = query.dims[1];
		checkIndex('patch', patch ?? 0, numPatches);
		const heads: VisionHeads = {
			query: query.data,
			key: key.data,
			numPatches,
			numHeads: numAttentionHeads,
			headDim: hiddenSize / numAttentionHeads
		};
		const chosen = head === undefined ? [...Array(numAttentionHeads).keys()] : [head];
		if (patch !== undefined) {
			const rows = chosen.map((one) => visionAttentionRow(heads, one, patch));
			return stackHeads(rows, 1);
		}
		const { mmTokensPerImage } = this.tower.config;
		const maps = chosen.map((one) => pooledVisionAttention(heads, one, mmTokensPerImage));
		return stackHeads(maps, mmTokensPerImage);
	}

	/** `[patches, hiddenSize]` */
	async state({ image, layer }: VisionStateRequest, signal?: AbortSignal): Promise<Tensor> {
		checkIndex('layer', layer, this.tower.config.visionConfig!.numHiddenLayers + 1);
		const [state] = await this.#read(image, [`hidden_states.${layer}`], signal);
		return createTensor('float32', state.dims.slice(1), state.data);
	}

	async #read(image: number, names: string[], signal?: AbortSignal): Promise<Tensor[]> {
		checkIndex('image', image, this.pixelValues.dims[0]);
		const key = `${image} ${names.join()}`;
		if (key !== this.#key) {
			this.#key = key;
			this.#values = this.#compute(image, names, signal);
			// A failed or aborted answer is not kept.
			this.#values.catch(() => (this.#key = ''));
		}
		const values = await this.#values!;
		return names.map((name) => values.get(name)!);
	}

	async #compute(image: number, names: string[], signal?: AbortSignal) {
		const [, ...square] = this.pixelValues.dims;
		const size = square.reduce((product, side) => product * side, 1);
		const data = this.pixelValues.data.subarray(image * size, (image + 1) * size);
		const pixels = createTensor('float32', [1, ...square], data);
		const outputs = await this.tower.run(pixels, names, signal);
		const values = new Map<string, Tensor>();
		for (const [name, tensor] of outputs) {
			values.set(name, await tensor.readAll());
			tensor.dispose();
		}
		return values;
	}
}
