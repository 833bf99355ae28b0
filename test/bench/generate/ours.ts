import { Gemma3ForCausalLM } from '../../../src/lib/gemma3/causalLanguageModel.js';
import { Runtime } from '../../../src/lib/runtime/runtime.js';
import type { Source } from '../../../src/lib/sources/source.js';
import { urlSource } from '../../../src/lib/sources/urlSource.js';
import { chooseDevice } from '../../../workers/device.js';
import { loadOrt } from '../../../workers/loadOrt.js';
import { measureBytes } from './memory.js';
import type { Job, JobResult, Run } from './job.js';

/** @param source the checkpoint; what `job.checkpoint` names, when absent */
export async function generateOurs(
	job: Job,
	source: Source = urlSource(job.checkpoint)
): Promise<JobResult> {
	const start = performance.now();
	const chosen = await chooseDevice(job.device, navigator.gpu);
	if (chosen.device !== job.device) throw new Error(chosen.reason);
	const runtime = new Runtime(await loadOrt(job.device), chosen);
	const { dtype } = job;
	const model = await Gemma3ForCausalLM.fromPretrained(source, { runtime, dtype });
	const loadMs = performance.now() - start;
	const runs: Run[][] = [];
	for (const prompt of job.prompts) {
		const rounds: Run[] = [];
		for (let round = 0; round < job.rounds; round++) {
			const ids: number[] = [];
			const times: number[] = [];
			const began = performance.now();
			const input = { inputIds: [prompt], maxNewTokens: job.newTokens, eosTokenId: [] };
			for await (const { tokenIds } of model.generate({ ...input, doSample: false })) {
				times.push(performance.now() - began);
				ids.push(tokenIds[0]);
			}
			rounds.push({ ids, times });
		}
		runs.push(rounds);
	}
	return { runs, loadMs, bytes: await measureBytes() };
}
