import { loadConfig } from '../src/lib/gemma3/pretrained.js';
import type {
	KeptModel,
	LoadRequest,
	MachineInfo,
	ModelOutline,
	ModelSource,
	Progress,
	StoredModelSource
} from '../src/lib/rpc/modelServices.js';
import type { OrtModule } from '../src/lib/runtime/runtime.js';
import type { Source } from '../src/lib/sources/source.js';
import { urlSource } from '../src/lib/sources/urlSource.js';
import type { Device } from '../src/lib/trace/trace.js';
import { openCheckedRuntime } from './checkedRuntime.js';
import { chooseDevice } from './device.js';
import { loadModel, type LoadedModel } from './loadedModel.js';
import { describeMachine } from './machine.js';
import { openFiles, openHub, withModelSource } from './modelSource.js';
import { ModelStore } from './modelStore.js';

/** What the service takes from where it runs. */
export interface Platform {
	readonly loadOrt: (device: Device) => Promise<OrtModule>;
	readonly gpu?: GPU;
	/** Where models are kept; nothing is, when absent. */
	readonly storage?: StorageManager;
	/** Opens the checkpoint that a load request names; by HTTP when absent. */
	readonly openSource?: (url: string) => Source;
}

/** Finds, fetches, keeps and loads models on one platform. */
export class ModelLoader {
	readonly #platform: Platform;
	readonly #openUrl: (url: string) => Source;
	#store: Promise<ModelStore | null> | undefined;

	constructor(platform: Platform) {
		this.#platform = platform;
		this.#openUrl = platform.openSource ?? urlSource;
	}

	async load(
		request: LoadRequest,
		onProgress: (progress: Progress) => void,
		signal?: AbortSignal
	): Promise<{ readonly loaded: LoadedModel; readonly notices: readonly string[] }> {
		const { loadOrt, gpu } = this.#platform;
		const { name, dtype, contextLength } = request;
		onProgress({ phase: 'device', loaded: 0, total: 0 });
		const chosen = await chooseDevice(request.device, gpu);
		const { runtime, reason, notice } = await openCheckedRuntime(chosen, loadOrt, dtype, signal);
		signal?.throwIfAborted();
		const options = { openUrl: this.#openUrl, store: await this.#open(), onProgress, signal };
		return withModelSource(request, options, async ({ source, stored, notices }) => {
			const kept = stored?.dtype ?? dtype;
			const names = { name, dtype: kept, deviceReason: reason, contextLength };
			const lostScore = stored !== null && stored.hasScore === undefined;
			const model = { ...names, isStored: stored !== null, lostScore };
			const loaded = await loadModel(source, runtime, model, onProgress, signal);
			return { loaded, notices: notice === null ? notices : [notice, ...notices] };
		});
	}

	async lookUp(
		wanted: Exclude<ModelSource, StoredModelSource>,
		signal?: AbortSignal
	): Promise<ModelOutline> {
		if (wanted.kind === 'hub') {
			const hub = openHub(wanted);
			const { commit, files } = await hub.info(signal);
			const weights = [...(files ?? [])].filter(([path]) => path.endsWith('.safetensors'));
			const sizes = weights.map(([, { size }]) => size);
			const isKnown = files !== null && !sizes.includes(null);
			const fetchBytes = isKnown ? sizes.reduce<number>((sum, size) => sum + size!, 0) : null;
			const config = await loadConfig(hub, signal);
			return { name: hub.name, config, commit, fetchBytes };
		}
		const isUrl = wanted.kind === 'url';
		const source = isUrl
			? this.#openUrl(wanted.url)
			: (await openFiles(wanted.files, folderName(wanted.files))).source;
		const config = await loadConfig(source, signal);
		return { name: source.name, config, commit: null, fetchBytes: isUrl ? null : 0 };
	}

	async describeMachine(): Promise<MachineInfo> {
		const { gpu, storage } = this.#platform;
		return describeMachine(gpu, storage, await this.#open());
	}

	async listModels(): Promise<KeptModel[]> {
		const listed = (await (await this.#open())?.list()) ?? [];
		return listed.map(({ key, model, byteLength }) => ({
			key,
			name: model?.name ?? null,
			revision: model?.revision ?? null,
			commit: model?.commit ?? null,
			dtype: model?.dtype ?? null,
			byteLength
		}));
	}

	async deleteModel(key: string): Promise<void> {
		await (await this.#open())?.delete(key);
	}

	#open(): Promise<ModelStore | null> {
		const { storage } = this.#platform;
		this.#store ??= (async () => {
			if (storage === undefined || navigator.locks === undefined) return null;
			const store = new ModelStore(storage);
			return (await store.isUsable()) ? store : null;
		})();
		return this.#store;
	}
}

/** The folder that all picked files lie in, or what else to call them. */
function folderName(files: readonly { readonly path: string }[]): string {
	const [first] = files[0]?.path.split('/') ?? [];
	const isFolder = files.length > 0 && files.every(({ path }) => path.startsWith(`${first}/`));
	return isFolder ? first : 'the chosen files';
}
