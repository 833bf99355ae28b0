import type * as Ort from 'onnxruntime-web';
import { DeviceTensor } from '../runtime/deviceTensor.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';
import type { Weights } from './weights.js';
import { UnsupportedModelError } from './errors.js';
import { buildVisionGraph } from './visionGraph.js';

/** The SigLIP tower and projector of one checkpoint, loaded on one device. */
export class VisionTower {
	private constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3Config,
		readonly session: Session
	) {}

	static async create(runtime: Runtime, config: Gemma3Config, weights: Weights) {
		if (config.visionConfig === null) {
			throw new UnsupportedModelError('a text-only model has no vision tower');
		}
		const session = await runtime.createSession(buildVisionGraph(config, weights));
		return new VisionTower(runtime, config, session);
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
		const outputs = await this.session.run({ pixel_values: pixels }, names, signal);
		return new Map(names.map((name) => [name, new DeviceTensor(this.runtime, outputs[name])]));
	}

	dispose(): Promise<void> {
		return this.session.dispose();
	}
}
