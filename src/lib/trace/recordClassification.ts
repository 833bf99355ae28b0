import type { Prompt } from '../rpc/services.js';
import { encodeSafetensors, type WritableTensor } from '../safetensors/writer.js';
import type { Classification } from './classification.js';
import { toTraceFileHeader } from './recordTraceFile.js';
import type { TraceFacts } from './trace.js';
import { headerKey, type TraceFileHeader } from './traceFile.js';

/**
 * Records what a classification head made of a run: its logits as they are, and the tokens that the
 * model read. It is a trace file without the numbers of the run.
 *
 * @param run the run that was classified
 * @param prompt what was run
 */
export function recordClassification(
	run: TraceFacts,
	prompt: Prompt,
	{ token, scoreFunction, labels }: Classification
): Uint8Array<ArrayBuffer> {
	const header: TraceFileHeader = {
		...toTraceFileHeader(run, prompt),
		classification: {
			position: token.position,
			scoreFunction,
			labels: labels.map(({ label }) => label)
		}
	};
	const toTensor = (values: readonly number[]): WritableTensor => ({
		dtype: 'F32',
		shape: [values.length],
		data: Float32Array.from(values)
	});
	const tensors = new Map([['classification.logits', toTensor(labels.map(({ logit }) => logit))]]);
	if (scoreFunction !== 'none') {
		const probabilities = labels.map(({ probability }) => probability!);
		tensors.set('classification.probabilities', toTensor(probabilities));
	}
	return new Uint8Array(encodeSafetensors(tensors, { [headerKey]: JSON.stringify(header) }));
}
