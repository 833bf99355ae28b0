import type { Device } from '../src/lib/trace/trace.js';

/** What the model will run on, and why, in a sentence for the reader. */
export type ChosenDevice =
	| { readonly device: 'wasm'; readonly reason: string }
	| { readonly device: 'webgpu'; readonly reason: string; readonly gpuDevice: GPUDevice };

/** Null for WebAssembly. */
interface ChosenAdapter {
	readonly adapter: GPUAdapter | null;
	readonly reason: string;
}

/**
 * WebGPU on real hardware, else WebAssembly. A software adapter is right but slower than
 * WebAssembly, so it is used only when asked for.
 *
 * @param gpu the platform's `navigator.gpu`
 */
export async function chooseDevice(
	requested: Device | 'auto',
	gpu: GPU | undefined
): Promise<ChosenDevice> {
	const { adapter, reason } = await chooseAdapter(requested, gpu);
	if (adapter === null) return { device: 'wasm', reason };
	try {
		return { device: 'webgpu', reason, gpuDevice: await openDevice(adapter) };
	} catch (error) {
		const cause = `the graphics device did not open (${(error as Error).message})`;
		return { device: 'wasm', reason: wasmBecause(cause).reason };
	}
}

/** The adapter that `chooseDevice` would open. */
export async function chooseAdapter(
	requested: Device | 'auto',
	gpu: GPU | undefined
): Promise<ChosenAdapter> {
	if (requested === 'wasm') return { adapter: null, reason: 'WebAssembly, as chosen.' };
	if (gpu === undefined) return wasmBecause('this browser has no WebGPU');
	const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
	if (adapter === null) return wasmBecause('no graphics adapter offers WebGPU');
	const name = adapter.info.description || adapter.info.device || adapter.info.vendor || 'GPU';
	if (requested === 'auto' && isSoftware(adapter)) {
		return wasmBecause(`the only WebGPU adapter computes in software (${name})`);
	}
	return { adapter, reason: `WebGPU on ${name}.` };
}

function wasmBecause(cause: string): ChosenAdapter {
	return { adapter: null, reason: `WebAssembly, because ${cause}.` };
}

function isSoftware(adapter: GPUAdapter): boolean {
	const { description, device, architecture } = adapter.info;
	return (
		adapter.info.isFallbackAdapter ||
		/swiftshader|llvmpipe|software/i.test(`${description} ${device} ${architecture}`)
	);
}

/** Subgroups stay off: with small ones ONNX Runtime's attention kernels are silently wrong. */
export function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
	const { limits } = adapter;
	return adapter.requestDevice({
		requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
		requiredLimits: {
			maxBufferSize: limits.maxBufferSize,
			maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
			maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
			maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
			maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
			maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
			maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
			maxComputeWorkgroupSizeZ: limits.maxComputeWorkgroupSizeZ,
			maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension
		}
	});
}
