import { AutoModelForCausalLM, BaseStreamer, env, Tensor } from '@huggingface/transformers';
import { openDevice } from '../../../workers/device.js';
import { measureBytes } from './memory.js';
import type { Job, JobResult, Run } from './job.js';

/** Notes when each new token came; the prompt comes first. */
class Stopwatch extends BaseStreamer {
	readonly times: number[] = [];
	readonly ids: number[] = [];
	#hasPrompt = false;
	readonly #start = performance.now();

	override put(value: bigint[][]): void {
		if (this.#hasPrompt) {
			this.times.push(performance.now() - this.#start);
			this.ids.push(Number(value[0][0]));
		}
		this.#hasPrompt = true;
	}

	override end(): void {}
}

export async function generateTheirs(job: Job): Promise<JobResult> {
	const start = performance.now();
	const url = new URL(job.exported);
	env.allowRemoteModels = false;
	env.allowLocalModels = true;
	env.useBrowserCache = false;
	env.localModelPath = url.pathname.replace(/[^/]*\/$/, '');
	const { wasm } = env.backends.onnx as { wasm: { wasmPaths: string; numThreads: number } };
	wasm.wasmPaths = job.ort;
	wasm.numThreads = job.device === 'wasm' ? threads() : 1;
	const name = url.pathname.split('/').at(-2)!;
	const session_options = job.device === 'webgpu' ? await webgpuOptions() : {};
	const model = await AutoModelForCausalLM.from_pretrained(name, {
		device: job.device,
		dtype: job.dtype,
		local_files_only: true,
		session_options
	});
	const loadMs = performance.now() - start;
	const runs: Run[][] = [];
	for (const prompt of job.prompts) {
		const rounds: Run[] = [];
		for (let round = 0; round < job.rounds; round++) {
			const dims = [1, prompt.length];
			const streamer = new Stopwatch();
			await model.generate({
				input_ids: new Tensor('int64', BigInt64Array.from(prompt, BigInt), dims),
				attention_mask: new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), dims),
				max_new_tokens: job.newTokens,
				min_new_tokens: job.newTokens,
				do_sample: false,
				streamer
			} as unknown as Parameters<typeof model.generate>[0]);
			rounds.push({ ids: streamer.ids, times: streamer.times });
		}
		runs.push(rounds);
	}
	return { runs, loadMs, bytes: await measureBytes() };
}

/** As many as our own engine takes. */
function threads(): number {
	if (!globalThis.crossOriginIsolated) return 1;
	return Math.min(4, Math.ceil((navigator.hardwareConcurrency ?? 1) / 2));
}

/** The same device as our own engine: with subgroups, attention is wrong on some. */
async function webgpuOptions() {
	const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
	const device = await openDevice(adapter!);
	return { executionProviders: [{ name: 'webgpu', device }] };
}
