import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';

/** The memories of all modules that are started from here on. */
const memories = new Set<WebAssembly.Memory>();

for (const name of ['instantiate', 'instantiateStreaming'] as const) {
	const original = WebAssembly[name] as (...values: unknown[]) => Promise<unknown>;
	Object.assign(WebAssembly, {
		async [name](...values: unknown[]) {
			const result = (await original(...values)) as WebAssembly.WebAssemblyInstantiatedSource;
			const { exports } = 'instance' in result ? result.instance : (result as WebAssembly.Instance);
			const imports = Object.values((values[1] ?? {}) as WebAssembly.Imports);
			const held = [...Object.values(exports), ...imports.flatMap(Object.values)];
			for (const value of held) if (value instanceof WebAssembly.Memory) memories.add(value);
			return result;
		}
	});
}

const service = {
	/** Loads a model and runs it; bytes of its weights, and of all WebAssembly memories after. */
	async measure(device: 'wasm' | 'webgpu', url: string) {
		const chosen = await chooseDevice(device, navigator.gpu);
		if (chosen.device !== device) throw new Error(chosen.reason);
		const runtime = new Runtime(await loadOrt(device), chosen);
		const model = await Gemma3ForCausalLM.fromPretrained(urlSource(url), { runtime });
		await model.forward({ inputIds: [[2, 40, 300, 77, 512, 9, 33]] });
		const heapBytes = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
		const { weightBytes } = model;
		await model.dispose();
		return { weightBytes, heapBytes, memories: memories.size };
	}
};
export type WasmHeapService = typeof service;

expose(service);
