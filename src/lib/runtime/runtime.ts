import type * as Ort from 'onnxruntime-web';
import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { DeviceLostError } from './errors.js';
import { Mutex } from './mutex.js';
import type { WeightBuffers } from './weightBuffers.js';

/** ONNX Runtime Web, whichever of its builds the caller loaded. */
export type OrtModule = typeof Ort;

export type RuntimeOptions =
	| { readonly device: 'wasm' }
	| {
			readonly device: 'webgpu';
			readonly gpuDevice: GPUDevice;
			/** Refuse a graph with a node that has no WebGPU kernel, instead of running it on the CPU. */
			readonly disableCpuFallback?: boolean;
	  };

/**
 * One ONNX Runtime and one device. All sessions of a runtime share its mutex, because overlapping
 * calls hang or crash ONNX Runtime Web, even across sessions.
 */
export class Runtime {
	readonly mutex = new Mutex();
	readonly #lost: Promise<never> | undefined;

	constructor(
		readonly ort: OrtModule,
		readonly options: RuntimeOptions
	) {
		this.#lost = this.gpuDevice?.lost.then((info) => {
			throw new DeviceLostError(info.message);
		});
		// Only a run that is under way reports the loss; without one there is nobody to tell.
		this.#lost?.catch(() => {});
	}

	get device(): 'wasm' | 'webgpu' {
		return this.options.device;
	}

	get gpuDevice(): GPUDevice | undefined {
		return this.options.device === 'webgpu' ? this.options.gpuDevice : undefined;
	}

	/**
	 * @param weights holds the weights that are inputs of the graph
	 * @throws DeviceLostError, or ONNX Runtime's error when the graph is invalid
	 */
	async createSession(
		{ model, externalData, weightInputs }: OnnxModel,
		weights?: WeightBuffers
	): Promise<Session> {
		const options: Ort.InferenceSession.SessionOptions = {
			executionProviders: ['wasm'],
			externalData,
			graphOptimizationLevel: 'all',
			logSeverityLevel: 3
		};
		if (this.options.device === 'webgpu') {
			const { gpuDevice, disableCpuFallback } = this.options;
			options.executionProviders = [{ name: 'webgpu', device: gpuDevice }];
			options.preferredOutputLocation = 'gpu-buffer';
			if (disableCpuFallback) options.extra = { session: { disable_cpu_ep_fallback: '1' } };
		}
		const session = await this.mutex.run(() =>
			this.guard(this.ort.InferenceSession.create(model, options))
		);
		const held: Record<string, Ort.Tensor> = {};
		for (const input of weightInputs) held[input.name] = weights!.tensor(input);
		return new Session(this, session, held);
	}

	/** Starts ONNX Runtime's own module, which otherwise waits for the first graph. */
	async warmUp(): Promise<void> {
		const graph = new GraphBuilder();
		graph.node('Identity', [graph.input('x', 'float32', [1])], { name: 'y' });
		graph.output('y', 'float32', [1]);
		const session = await this.createSession(graph.build('warm-up'));
		await session.dispose();
	}

	/** Fails when the device is lost, where ONNX Runtime itself would wait for ever. */
	guard<T>(work: Promise<T>): Promise<T> {
		return this.#lost === undefined ? work : Promise.race([work, this.#lost]);
	}
}

export type Feeds = Readonly<Record<string, Ort.Tensor>>;

/** One loaded graph. */
export class Session {
	constructor(
		readonly runtime: Runtime,
		readonly inner: Ort.InferenceSession,
		/** Fed to every run. */
		readonly weights: Feeds = {}
	) {}

	/**
	 * Runs the graph. On WebGPU the outputs stay on the GPU until read; each must be disposed.
	 *
	 * @param fetches the wanted outputs; by name, a tensor to write into, or null for a fresh one
	 * @throws DeviceLostError, or the signal's reason if it is aborted before the run starts
	 */
	run(
		feeds: Feeds,
		fetches: readonly string[] | Readonly<Record<string, Ort.Tensor | null>>,
		signal?: AbortSignal
	): Promise<Record<string, Ort.Tensor>> {
		return this.runtime.mutex.run(
			() => this.runtime.guard(this.inner.run({ ...this.weights, ...feeds }, fetches)),
			signal
		) as Promise<Record<string, Ort.Tensor>>;
	}

	dispose(): Promise<void> {
		return this.runtime.mutex.run(() => this.inner.release());
	}
}
