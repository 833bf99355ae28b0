import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { storedSource, storeModel, type StoreFolder } from '../../src/lib/gemma3/storedModel.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import type { WeightDtype } from '../../src/lib/tensor/packedMatrix.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';
import { ModelStore } from '../../workers/modelStore.js';

const store = new ModelStore(navigator.storage, 'test-models');

/** The folder, but after so many writes of weights nothing more ever happens. */
function stuckFolder(folder: StoreFolder, after: number, onStuck: () => void): StoreFolder {
	return {
		name: folder.name,
		maybeBlob: (path) => folder.maybeBlob(path),
		writeText: (path, text) => folder.writeText(path, text),
		remove: (path) => folder.remove(path),
		async openFile(path, byteLength) {
			const file = await folder.openFile(path, byteLength);
			return {
				flush: () => file.flush(),
				close: () => file.close(),
				write(bytes, at) {
					if (after-- > 0) return file.write(bytes, at);
					onStuck();
					return new Promise<void>(() => {});
				}
			};
		}
	};
}

const service = {
	/** Fetches and keeps a checkpoint; says how many bytes it began with. */
	async store(
		key: string,
		url: string,
		dtype: WeightDtype,
		stuckAfter: number,
		onStuck: () => void
	) {
		let first: number | undefined;
		const events: string[] = [];
		const model = await store.use(
			key,
			(folder) =>
				storeModel(urlSource(url), stuckFolder(folder, stuckAfter, onStuck), {
					dtype,
					onProgress: (loaded) => void (first ??= loaded)
				}),
			{ onWait: () => events.push('waited') }
		);
		return { model, first, events };
	},
	/** Logits of a kept model: of a prompt, and of a token behind it. */
	async logits(
		key: string,
		device: 'wasm' | 'webgpu',
		inputIds: number[][],
		maxWeightBytes?: number
	) {
		const chosen = await chooseDevice(device, navigator.gpu);
		if (chosen.device !== device) throw new Error(chosen.reason);
		const options = chosen.device === 'webgpu' ? { ...chosen, disableCpuFallback: true } : chosen;
		const runtime = new Runtime(await loadOrt(device), { ...options, maxWeightBytes });
		const source = await store.use(key, storedSource);
		const model = await Gemma3ForCausalLM.fromPretrained(source, { runtime });
		const { logits, pastKeyValues } = await model.forward({ inputIds, useCache: true });
		const next = await model.forward({ inputIds: [[7]], pastKeyValues });
		pastKeyValues?.dispose();
		const bytes = model.weightBytes;
		await model.dispose();
		return { logits, next: next.logits, bytes };
	},
	list: () => store.list(),
	delete: (key: string) => store.delete(key)
};
export type ModelStoreService = typeof service;

expose(service);
