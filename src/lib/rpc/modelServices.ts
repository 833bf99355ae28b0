import type { Gemma3Config } from '../gemma3/configuration.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import type { Device, ModelInfo } from '../trace/trace.js';

/** Where a checkpoint comes from. */
export type ModelSource = UrlModel | HubModel | PickedModel | StoredModelSource;

/** A folder on a web server, read anew each time. */
export interface UrlModel {
	readonly kind: 'url';
	/** Absolute. */
	readonly url: string;
}

/** A repository of the Hugging Face Hub, kept once it was fetched. */
export interface HubModel {
	readonly kind: 'hub';
	/** Such as `google/gemma-3-270m-it`. */
	readonly repository: string;
	/** Branch, tag or commit; `main` when absent. */
	readonly revision?: string;
	/** The reader's own, for gated repositories; never stored. */
	readonly token?: string;
	/** A mirror's address; the Hub's own when absent. */
	readonly endpoint?: string;
}

/** Files that the reader picked or dropped, kept once they were converted. */
export interface PickedModel {
	readonly kind: 'files';
	readonly files: readonly PickedFile[];
}

export interface PickedFile {
	/** Within what was picked: `folder/config.json`. */
	readonly path: string;
	readonly file: File;
}

/** A model that is kept in this browser; nothing is asked of any server. */
export interface StoredModelSource {
	readonly kind: 'stored';
	readonly key: string;
}

export interface LoadRequest {
	readonly source: ModelSource;
	readonly name: string;
	/** `auto` takes WebGPU on a real GPU and WebAssembly otherwise. */
	readonly device: Device | 'auto';
	/** How linear layers are kept; `fp32` when absent. A kept model's own counts. */
	readonly dtype?: WeightDtype;
	/** Most tokens of a prompt and its answer; as many as the model reads when absent. */
	readonly contextLength?: number;
	/** Whether a fetched model is kept in this browser; true when absent. */
	readonly keep?: boolean;
}

/**
 * What a load is doing: trying the device, asking the source, waiting for another tab, fetching,
 * converting (both at once, each with its own reports), checking what was written, handing weights
 * to the device, compiling.
 */
export type LoadPhase =
	'device' | 'connect' | 'wait' | 'download' | 'convert' | 'check' | 'upload' | 'compile';

export interface Progress {
	readonly phase: LoadPhase;
	/** Done and in all: bytes, or passes of compiling; 0 of 0 where nothing is counted. */
	readonly loaded: number;
	readonly total: number;
	/** What holds it up, in a sentence. */
	readonly note?: string;
}

/** What was loaded. */
export interface LoadResult extends ModelInfo {
	/** What the reader should know though it is no error, in sentences. */
	readonly notices: readonly string[];
}

/** What a source says of its model before any weight is fetched. */
export interface ModelOutline {
	readonly name: string;
	readonly config: Gemma3Config;
	/** The state of the repository, where it tells. */
	readonly commit: string | null;
	/** Bytes of its weight files, where it tells. */
	readonly fetchBytes: number | null;
}

/** What there is to run a model on. */
export interface MachineInfo {
	/** What `auto` would take, and why, in a sentence. */
	readonly device: Device;
	readonly reason: string;
	/** What the graphics device binds at once, bytes. */
	readonly maxWeightBytes?: number;
	/** What this page may still store, bytes; absent where the browser does not tell. */
	readonly freeStorage?: number;
	/** Whether models can be kept at all. */
	readonly canKeep: boolean;
}

/** A model in this browser's private file system. */
export interface KeptModel {
	readonly key: string;
	/** Null while it is not there whole. */
	readonly name: string | null;
	readonly revision: string | null;
	readonly commit: string | null;
	readonly dtype: WeightDtype | null;
	/** On disk, in all. */
	readonly byteLength: number;
}

type OnProgress = (progress: Progress) => void;

/** Loading and keeping models. */
export interface ModelLoadService {
	/**
	 * Loads a model in place of any other; the other one stays if this fails or is stopped. What was
	 * fetched by then is kept, and goes on from there the next time.
	 */
	load(request: LoadRequest, onProgress?: OnProgress, signal?: AbortSignal): Promise<LoadResult>;
	/** Reads a source's configuration; of a Hub, that is two small requests. */
	lookUp(
		source: Exclude<ModelSource, StoredModelSource>,
		signal?: AbortSignal
	): Promise<ModelOutline>;
	describeMachine(): Promise<MachineInfo>;
	listModels(): Promise<readonly KeptModel[]>;
	/** Deletes a kept model, finished or not; fails while another tab uses it. */
	deleteModel(key: string): Promise<void>;
}
