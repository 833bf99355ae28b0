import { GenerationSession, type GenerativeModel } from './generationSession.js';

/** Lengths of prompts to run, the most usual first. */
const lengths = [16, 64, 256, 32, 128];
/** After the prompt: recording a token's work, and repeating it once. */
const tokens = 3;

export interface WarmUpOptions {
	readonly onProgress?: (done: number, total: number) => void;
	readonly signal?: AbortSignal;
	/** No further length is begun after so long, milliseconds; 4,000 by default. */
	readonly budget?: number;
}

/**
 * Compiles on the GPU what generation needs, by running short prompts, so that the first answer does
 * not wait for it. Does nothing on the CPU, where nothing is compiled.
 *
 * @throws AbortError between two passes, or DeviceLostError
 */
export async function warmUp(model: GenerativeModel, options: WarmUpOptions = {}): Promise<void> {
	const { onProgress, signal, budget = 4000 } = options;
	const { runtime } = model.textModel;
	if (runtime.device !== 'webgpu') return;
	const { maxPositionEmbeddings } = model.config.textConfig;
	const start = performance.now();
	for (const [done, length] of lengths.entries()) {
		if (done > 0 && performance.now() - start > budget) break;
		if (length + tokens > maxPositionEmbeddings) continue;
		onProgress?.(done, lengths.length);
		const inputIds = [Array<number>(length).fill(0)];
		const session = await GenerationSession.create(model, { inputIds, doSample: false, signal });
		try {
			// The memory of the first one is that of an ordinary generation, and stays for it.
			for (let i = 0; i < (done === 0 ? tokens : 0); i++) await session.step(signal);
			await session.next(signal);
		} finally {
			session.dispose();
		}
	}
	onProgress?.(lengths.length, lengths.length);
}
