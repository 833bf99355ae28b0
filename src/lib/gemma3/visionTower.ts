import type * as Ort from 'onnxruntime-web';
import { DeviceTensor } from '../runtime/deviceTensor.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import { weightByteLength } from '../tensor/packedMatrix.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';
import { UnsupportedModelError } from './errors.js';
import { buildVisionGraph } from './visionGraph.js';
import type { Weights } from './weights.js';

/**
 * The SigLIP tower and projector of one checkpoint. The graph is built at the first picture, so
 * that text does not wait for it.
 */
export class VisionTower {
	#session: Promise<Session> | undefined;

	/** @throws UnsupportedModelError if the configuration is text only */
	constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3Config,
		readonly weights: Weights
	) {
		if (config.visionConfig === null) {
			throw new UnsupportedModelError('a text-only model has no vision tower');
		}
	}

	/** Bytes of weights, whether on the device yet or not. */
	get weightBytes(): number {
		let bytes = 0;
		for (const [name, weight] of this.weights) {
			if (/^(vision_tower|multi_modal_projector)\./.test(name)) bytes += weightByteLength(weight);
		}
		return bytes;
	}

	/**
	 * Runs the tower. The caller disposes every tensor.
	 *
	 * @param pixelValues `[images, 3, imageSize, imageSize]`, normalised
	 * @param names outputs of the vision graph, such as `features` or `hidden_states.3`
	 * @throws RangeError if the pixels have another shape
	 */
	async run(
		pixelValues: Tensor,
		names: readonly string[],
		signal?: AbortSignal
	): Promise<ReadonlyMap<string, DeviceTensor>> {
		const { numChannels, imageSize } = this.config.visionConfig!;
		const [images, ...square] = pixelValues.dims;
		if (images === 0 || square.join() !== [numChannels, imageSize, imageSize].join()) {
			throw new RangeError(
				`pixelValues must be [images, ${numChannels}, ${imageSize}, ${imageSize}], got [${pixelValues.dims.join(', ')}]`
			);
		}
		const { Tensor } = this.runtime.ort;
		const pixels: Ort.Tensor = new Tensor('float32', pixelValues.data, pixelValues.dims);
		const session = await this.#open();
		const outputs = await session.run({ pixel_values: pixels }, names, signal);
		return new Map(names.map((name) => [name, new DeviceTensor(this.runtime, outputs[name])]));
	}

	async dispose(): Promise<void> {
		await (await this.#session)?.dispose();
	}

	#open(): Promise<Session> {
		this.#session ??= this.runtime.createSession(buildVisionGraph(this.config, this.weights));
		return this.#session;
	}
}
