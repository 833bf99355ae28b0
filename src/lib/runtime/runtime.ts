import type * as Ort from 'onnxruntime-web';
import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { elementCount } from '../tensor/tensor.js';
import { DeviceLostError } from './errors.js';
import { Mutex } from './mutex.js';
import type { WeightBuffers } from './weightBuffers.js';

/** ONNX Runtime Web, whichever of its builds the caller loaded. */
export type OrtModule = typeof Ort;

interface WeightLimit {
	/** Most bytes of one weight, where that should be fewer than the device can hold. */
	readonly maxWeightBytes?: number;
}

export type RuntimeOptions =
	| (WeightLimit & { readonly device: 'wasm' })
	| (WeightLimit & {
			readonly device: 'webgpu';
			readonly gpuDevice: GPUDevice;
			/** Refuse a graph with a node that has no WebGPU kernel, instead of running it on the CPU. */
			readonly disableCpuFallback?: boolean;
			/** How much ONNX Runtime checks of what it asks of the GPU; nothing by default. */
			readonly validationMode?: 'disabled' | 'wgpuOnly' | 'basic' | 'full';
	  });

/**
 * One ONNX Runtime and one device. All sessions of a runtime share its mutex, because overlapping
 * calls hang or crash ONNX Runtime Web, even across sessions.
 */
export class Runtime {
	readonly mutex = new Mutex();
	readonly #lost: Promise<never> | undefined;
	#expand: Promise<Session> | undefined;

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

	/** Most bytes that a graph can hold in one weight; undefined without a limit. */
	get maxWeightBytes(): number | undefined {
		const { maxWeightBytes } = this.options;
		const limits = this.gpuDevice?.limits;
		if (!limits) return maxWeightBytes;
		const { maxBufferSize, maxStorageBufferBindingSize } = limits;
		return Math.min(maxBufferSize, maxStorageBufferBindingSize, maxWeightBytes ?? Infinity);
	}

	get gpuDevice(): GPUDevice | undefined {
		return this.options.device === 'webgpu' ? this.options.gpuDevice : undefined;
	}

	/**
	 * @param weights holds the weights that are inputs of the graph
	 * @param capturesGraph records the first run on the GPU and repeats it: every run must then have
	 * the same shapes and the same buffers
	 * @throws DeviceLostError, or ONNX Runtime's error when the graph is invalid
	 */
	async createSession(
		{ model, externalData, weightInputs }: OnnxModel,
		weights?: WeightBuffers,
		capturesGraph = false
	): Promise<Session> {
		const options: Ort.InferenceSession.SessionOptions = {
			executionProviders: ['wasm'],
			externalData,
			graphOptimizationLevel: 'all',
			logSeverityLevel: 3
		};
		if (this.options.device === 'webgpu') {
			const { gpuDevice, disableCpuFallback, validationMode = 'disabled' } = this.options;
			options.executionProviders = [{ name: 'webgpu', device: gpuDevice, validationMode }];
			options.preferredOutputLocation = 'gpu-buffer';
			options.enableGraphCapture = capturesGraph;
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

	/**
	 * A tensor of zeros where the runtime computes. On WebGPU the memory is ONNX Runtime's own: only
	 * that can be an output of a captured graph.
	 */
	async zeros(dims: readonly number[]): Promise<Ort.Tensor> {
		const { Tensor } = this.ort;
		if (this.device === 'wasm') {
			return new Tensor('float32', new Float32Array(elementCount(dims)), dims);
		}
		this.#expand ??= this.createSession(expandGraph());
		const session = await this.#expand;
		const feeds = {
			x: new Tensor('float32', new Float32Array(1), [1]),
			shape: new Tensor('int64', BigInt64Array.from(dims, BigInt), [dims.length])
		};
		return (await session.run(feeds, ['y'])).y;
	}

	/** Fails when the device is lost, where ONNX Runtime itself would wait for ever. */
	guard<T>(work: Promise<T>): Promise<T> {
		const lost = this.#lost;
		if (lost === undefined) return work;
		// What a loss cuts off may fail, as aborted, a moment before the loss itself is told.
		const settled = work.catch(async (error: unknown) => {
			await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, lossDelayMs))]);
			throw error;
		});
		return Promise.race([settled, lost]);
	}
}

/** How long a failure waits for the news that the device was lost. */
const lossDelayMs = 50;

function expandGraph(): OnnxModel {
	const graph = new GraphBuilder();
	const inputs = [graph.input('x', 'float32', [1]), graph.input('shape', 'int64', ['rank'])];
	graph.node('Expand', inputs, { name: 'y' });
	graph.output('y', 'float32', ['a', 'b', 'c', 'd']);
	return graph.build('expand');
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
	 * @param feeds the inputs; made when the run's turn has come, if they are a function, so that
	 * runs can share the buffers they are written to
	 * @param fetches the wanted outputs; by name, a tensor to write into, or null for a fresh one
	 * @throws DeviceLostError, or the signal's reason if it is aborted before the run starts
	 */
	run(
		feeds: Feeds | (() => Feeds),
		fetches: readonly string[] | Readonly<Record<string, Ort.Tensor | null>>,
		signal?: AbortSignal
	): Promise<Record<string, Ort.Tensor>> {
		return this.runtime.mutex.run(() => {
			const inputs = { ...this.weights, ...(typeof feeds === 'function' ? feeds() : feeds) };
			return this.runtime.guard(this.inner.run(inputs, fetches));
		}, signal) as Promise<Record<string, Ort.Tensor>>;
	}

	dispose(): Promise<void> {
		return this.runtime.mutex.run(() => this.inner.release());
	}
}
