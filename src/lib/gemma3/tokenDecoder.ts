import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { DeviceTensor } from '../runtime/deviceTensor.js';
import { DeviceLostError } from '../runtime/errors.js';
import type { Runtime } from '../runtime/runtime.js';
import type { WeightBuffers } from '../runtime/weightBuffers.js';
import type { CacheStorage } from './cacheStorage.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { DecoderFetches, DecoderInput, DecoderOutput } from './decoder.js';
import type { CacheLayouts } from './keyValueCache.js';
import { buildTokenGraph } from './tokenGraph.js';
import { TokenPass } from './tokenPass.js';
import type { Weights } from './weights.js';

/**
 * Runs one token of one prompt, with a cache, through a graph of its own. WebGPU only. What is
 * recorded for a cache's memory stays as long as that memory.
 */
export class TokenDecoder {
	readonly #passes = new Map<CacheStorage, Map<boolean, Promise<TokenPass>>>();
	readonly #model: OnnxModel;
	#capturesGraph = true;

	constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3TextConfig,
		weights: Weights,
		softcapping: number | null,
		readonly buffers: WeightBuffers
	) {
		const { maxWeightBytes } = runtime;
		const graph = new GraphBuilder({ weightInputs: true, maxWeightBytes });
		this.#model = buildTokenGraph(config, weights, softcapping, graph);
	}

	async run(
		input: DecoderInput,
		storage: CacheStorage,
		layouts: CacheLayouts,
		fetches: DecoderFetches,
		signal?: AbortSignal
	): Promise<DecoderOutput> {
		const { numAttentionHeads, numHiddenLayers, layerTypes } = this.config;
		const kinds = new Map(layerTypes.map((kind, layer) => [kind, input.masks[layer]]));
		const hasOwnMasks = layerTypes.some((kind, layer) => kinds.get(kind) !== input.masks[layer]);
		const pass = await this.#open(storage, hasOwnMasks);
		const outputs = await pass.run(input, layouts, signal);
		const attentions = new Map<number, DeviceTensor>();
		for (const layer of fetches.attentions ?? []) {
			const dims = [1, numAttentionHeads, 1, layouts[layerTypes[layer]].capacity];
			attentions.set(layer, this.#claim(outputs, `attentions.${layer}`, dims));
		}
		const hiddenStates = new Map<number, DeviceTensor>();
		for (const layer of new Set([...(fetches.hiddenStates ?? []), numHiddenLayers])) {
			hiddenStates.set(layer, this.#claim(outputs, `hidden_states.${layer}`));
		}
		const logits = this.#claim(outputs, 'logits');
		for (const tensor of Object.values(outputs)) tensor.dispose();
		return { attentions, hiddenStates, layouts, logits };
	}

	async dispose(): Promise<void> {
		const passes = [...this.#passes.values()].flatMap((held) => [...held.values()]);
		this.#passes.clear();
		for (const pass of passes) await (await pass).dispose();
	}

	/** Takes a tensor out of the outputs. */
	#claim(outputs: Record<string, DeviceTensor['inner']>, name: string, dims?: readonly number[]) {
		const tensor = new DeviceTensor(this.runtime, outputs[name], dims);
		delete outputs[name];
		return tensor;
	}

	#open(storage: CacheStorage, hasOwnMasks: boolean): Promise<TokenPass> {
		let held = this.#passes.get(storage);
		if (held === undefined) {
			held = new Map();
			this.#passes.set(storage, held);
			storage.onDispose.push(() => this.#close(storage));
		}
		let pass = held.get(hasOwnMasks);
		if (pass === undefined) {
			pass = this.#create(storage, hasOwnMasks);
			held.set(hasOwnMasks, pass);
			pass.catch(() => held.delete(hasOwnMasks));
		}
		return pass;
	}

	async #create(storage: CacheStorage, hasOwnMasks: boolean): Promise<TokenPass> {
		const { runtime, config, buffers: weights } = this;
		const options = { runtime, config, model: this.#model, weights, storage, hasOwnMasks };
		if (this.#capturesGraph) {
			try {
				return await TokenPass.create({ ...options, capturesGraph: true });
			} catch (error) {
				if (error instanceof DeviceLostError) throw error;
				// Not every graph and device can be recorded; then each run is encoded anew.
				this.#capturesGraph = false;
			}
		}
		return TokenPass.create({ ...options, capturesGraph: false });
	}

	#close(storage: CacheStorage): void {
		const held = this.#passes.get(storage);
		this.#passes.delete(storage);
		// Nobody waits for a session to be released; one that fails has nothing left to give back.
		for (const pass of held?.values() ?? []) pass.then((one) => one.dispose()).catch(() => {});
	}
}
