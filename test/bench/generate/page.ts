/** One engine, one device, in a page of its own. What to do stands in the address. */
import { generateOurs } from './ours.js';
import { generateTheirs } from './theirs.js';

export interface Job {
	readonly engine: 'ours' | 'theirs';
	readonly device: 'wasm' | 'webgpu';
	readonly dtype: 'fp32' | 'q4';
	/** Folders' addresses: a checkpoint, and an export of it. */
	readonly checkpoint: string;
	readonly exported: string;
	/** Address of ONNX Runtime's files. */
	readonly ort: string;
	readonly prompts: readonly (readonly number[])[];
	readonly newTokens: number;
	/** Runs of each prompt; the first one, which compiles, is not counted. */
	readonly rounds: number;
}

/** One run: when each token came, milliseconds from the call. */
export interface Run {
	readonly ids: readonly number[];
	readonly times: readonly number[];
}

export interface JobResult {
	/** `[prompt][round]` */
	readonly runs: readonly (readonly Run[])[];
	readonly loadMs: number;
	/** Bytes of the page, WebAssembly included; null where the browser does not tell. */
	readonly bytes: number | null;
}

const text = new URLSearchParams(location.search).get('job')!;
const job = JSON.parse(text) as Job;
const done = (job.engine === 'ours' ? generateOurs : generateTheirs)(job).then(
	(result) => ({ result }),
	(error: unknown) => ({
		error: error instanceof Error ? (error.stack ?? error.message) : String(error)
	})
);
Object.assign(globalThis, { done });
