/** What one engine is to time on one device. */
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
	/** Bytes that the engine takes, WebAssembly included; null where nothing tells. */
	readonly bytes: number | null;
}

/** Prompts of some lengths, the same for both engines. */
export function makePrompts(lengths: readonly number[], vocabSize: number): number[][] {
	return lengths.map((length) =>
		Array.from({ length }, (_, i) => 10 + ((i * 37) % Math.min(vocabSize - 10, 5000)))
	);
}
