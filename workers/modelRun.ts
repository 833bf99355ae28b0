import { projectPositions } from '../src/lib/gemma3/causalLanguageModel.js';
import type { Batch } from '../src/lib/gemma3/modelInputs.js';
import type { MultimodalInput } from '../src/lib/gemma3/multimodalModel.js';
import {
	disposePass,
	readAttentionRows,
	readPositions,
	type DevicePass
} from '../src/lib/gemma3/devicePass.js';
import { createTensor, type Tensor } from '../src/lib/tensor/tensor.js';
import type {
	AttentionRequest,
	HiddenStateRequest,
	TopLogitsRequest
} from '../src/lib/trace/trace.js';
import { checkIndex, checkRange } from './checks.js';
import type { LoadedModel } from './loadedModel.js';
import { RunInsides } from './runInsides.js';

/** One prompt, as the model takes it. */
export type RunInput = MultimodalInput & {
	readonly inputIds: Batch;
	readonly tokenTypeIds: Batch;
};

/** Attention maps of one run that may stay on the device; more are computed again when asked for. */
const ATTENTION_BUDGET = 256 * 2 ** 20;

/** One forward pass of one prompt, whose internals are read in part and on demand. */
export class ModelRun {
	#pass: DevicePass;
	readonly #model: LoadedModel['model'];
	readonly insides: RunInsides;
	#disposed = false;

	private constructor(
		model: LoadedModel['model'],
		readonly input: RunInput,
		pass: DevicePass
	) {
		this.#model = model;
		this.insides = new RunInsides(model, input);
		this.#pass = pass;
	}

	static async create(model: LoadedModel['model'], input: RunInput): Promise<ModelRun> {
		const { numHiddenLayers, numAttentionHeads } = model.config.textConfig;
		const length = input.inputIds[0].length;
		const layers = Array.from({ length: numHiddenLayers }, (_, layer) => layer);
		const bytes = numHiddenLayers * numAttentionHeads * length ** 2 * 4;
		const attentions = bytes <= ATTENTION_BUDGET ? layers : [];
		const pass = await model.model.run(input, { attentions, hiddenStates: layers.slice(1) });
		return new ModelRun(model, { ...input, signal: undefined }, pass);
	}

	/** `[heads, queries, keys]` */
	async attention(request: AttentionRequest, signal?: AbortSignal): Promise<Tensor> {
		const pass = await this.#withAttention(request.layer, signal);
		const { head, layer } = request;
		const heads = this.#model.config.textConfig.numAttentionHeads;
		const length = this.#pass.inputsEmbeds.dims[1];
		checkIndex('head', head ?? 0, heads);
		const queries = checkRange('queries', request.queries, length);
		const keys = checkRange('keys', request.keys, pass.keyLength);
		const chosen = head === undefined ? Array.from({ length: heads }, (_, i) => i) : [head];
		const rows = queries.end - queries.start;
		const width = keys.end - keys.start;
		const data = new Float32Array(chosen.length * rows * width);
		for (const [i, h] of chosen.entries()) {
			const block = await readAttentionRows(pass, layer, h, queries);
			for (let row = 0; row < rows; row++) {
				const start = row * pass.keyLength;
				const part = block.subarray(start + keys.start, start + keys.end);
				data.set(part, (i * rows + row) * width);
			}
		}
		return createTensor('float32', [chosen.length, rows, width], data);
	}

	/** `[positions, hiddenSize]` */
	async hiddenState({ layer, positions }: HiddenStateRequest): Promise<Tensor> {
		const [, length, width] = this.#pass.inputsEmbeds.dims;
		checkIndex('layer', layer, this.#model.config.textConfig.numHiddenLayers + 1);
		const { start, end } = checkRange('positions', positions, length);
		if (layer > 0) return readPositions(this.#pass.hiddenStates.get(layer)!, start, end);
		const data = this.#pass.inputsEmbeds.data.slice(start * width, end * width);
		return createTensor('float32', [end - start, width], data);
	}

	/** Logits of one position, or of an earlier layer's state there through norm and head: `[vocabSize]`. */
	async logits(
		{ position, layer }: Omit<TopLogitsRequest, 'k'>,
		signal?: AbortSignal
	): Promise<Float32Array> {
		const { numHiddenLayers } = this.#model.config.textConfig;
		const depth = layer ?? numHiddenLayers;
		const state = await this.hiddenState({
			layer: depth,
			positions: { start: position, end: position + 1 }
		});
		const normed = depth === numHiddenLayers ? state : this.#model.textModel.finalNorm(state);
		const [rows, width] = normed.dims;
		const states = createTensor('float32', [1, rows, width], normed.data);
		return (await projectPositions(this.#model.head, states, 0, signal)).data;
	}

	dispose(): void {
		if (this.#disposed) return;
		this.#disposed = true;
		disposePass(this.#pass);
	}

	/** The pass, with this layer's map among its outputs. */
	async #withAttention(layer: number, signal?: AbortSignal): Promise<DevicePass> {
		checkIndex('layer', layer, this.#model.config.textConfig.numHiddenLayers);
		if (this.#pass.attentions.has(layer)) return this.#pass;
		// One layer at a time: the map just asked for replaces the last one.
		const fetches = { attentions: [layer], hiddenStates: [] };
		const again = await this.#model.model.run({ ...this.input, signal }, fetches);
		const previous = this.#pass;
		const pass = { ...previous, attentions: again.attentions };
		this.#pass = pass;
		for (const tensor of [...previous.attentions.values(), ...again.hiddenStates.values()]) {
			tensor.dispose();
		}
		if (this.#disposed) disposePass(pass);
		return pass;
	}
}
