import type { MachineInfo } from '../src/lib/rpc/modelServices.js';
import { chooseAdapter } from './device.js';
import type { ModelStore } from './modelStore.js';

/** What this browser has for a model, without opening a device. */
export async function describeMachine(
	gpu: GPU | undefined,
	storage: StorageManager | undefined,
	store: ModelStore | null
): Promise<MachineInfo> {
	const { adapter, reason } = await chooseAdapter('auto', gpu);
	const { quota, usage = 0 } = (await storage?.estimate()) ?? {};
	return {
		device: adapter === null ? 'wasm' : 'webgpu',
		reason,
		maxWeightBytes:
			adapter === null
				? undefined
				: Math.min(adapter.limits.maxBufferSize, adapter.limits.maxStorageBufferBindingSize),
		freeStorage: quota === undefined ? undefined : Math.max(quota - usage, 0),
		canKeep: store !== null
	};
}
