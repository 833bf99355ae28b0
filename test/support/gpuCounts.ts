/** How often WebGPU was asked to do something since the last reset. */
export interface GpuCounts {
	pipelines: number;
	shaderModules: number;
	dispatches: number;
	maps: number;
	submits: number;
	buffers: number;
	copies: number;
	writes: number;
	bindGroups: number;
}

/** Counts from now on, in this thread, by wrapping the methods themselves. */
export function countGpuCalls(): { readonly counts: GpuCounts; reset(): void } {
	const counts: GpuCounts = {
		pipelines: 0,
		shaderModules: 0,
		dispatches: 0,
		maps: 0,
		submits: 0,
		buffers: 0,
		copies: 0,
		writes: 0,
		bindGroups: 0
	};
	const wrap = (prototype: object, method: string, name: keyof GpuCounts) => {
		const target = prototype as Record<string, (...values: unknown[]) => unknown>;
		const original = target[method];
		target[method] = function (...values) {
			counts[name]++;
			return original.apply(this, values);
		};
	};
	wrap(GPUDevice.prototype, 'createComputePipeline', 'pipelines');
	wrap(GPUDevice.prototype, 'createComputePipelineAsync', 'pipelines');
	wrap(GPUDevice.prototype, 'createShaderModule', 'shaderModules');
	wrap(GPUDevice.prototype, 'createBuffer', 'buffers');
	wrap(GPUDevice.prototype, 'createBindGroup', 'bindGroups');
	wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches');
	wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', 'dispatches');
	wrap(GPUBuffer.prototype, 'mapAsync', 'maps');
	wrap(GPUQueue.prototype, 'submit', 'submits');
	wrap(GPUQueue.prototype, 'writeBuffer', 'writes');
	wrap(GPUCommandEncoder.prototype, 'copyBufferToBuffer', 'copies');
	const reset = () => {
		for (const name of Object.keys(counts) as (keyof GpuCounts)[]) counts[name] = 0;
	};
	return { counts, reset };
}
