import type { Prompt } from '../rpc/services.js';
import type { WritableTensor } from '../safetensors/writer.js';
import { encodeSafetensors } from '../safetensors/writer.js';
import { float16ToFloat32, toFloat16 } from '../tensor/float16.js';
import { toSparseRows } from './sparseRows.js';
import type { TokenScore, Trace, TraceFacts } from './trace.js';
import { headerKey, type TraceFileHeader } from './traceFile.js';

export interface TraceFileOptions {
	/** Attention weights kept of each row; all of them where it is null. */
	readonly topK: number | null;
	/** Of weights and hidden states. A state too large for float16 is kept as float32. */
	readonly dtype: 'float16' | 'float32';
	/** Layers whose attention is kept; all where it is left out. */
	readonly attentionLayers?: readonly number[];
	/** Hidden states that are kept, 0 being the embedding; none where it is left out. */
	readonly hiddenStateLayers?: readonly number[];
	/** Hidden states whose logit lens is kept; none where it is left out. */
	readonly lensLayers?: readonly number[];
	/** Scores kept of each position. */
	readonly numScores?: number;
}

/**
 * Records a trace as a safetensors file (see traceFile.ts). `estimateTraceFile` tells its size before.
 *
 * @param prompt what was run to get the trace
 * @throws RecordingError if the trace is itself a recording that lacks what is asked for
 */
export async function recordTraceFile(
	trace: Trace,
	prompt: Prompt,
	options: TraceFileOptions,
	signal?: AbortSignal
): Promise<Uint8Array<ArrayBuffer>> {
	const { numHiddenLayers } = trace.model.config.textConfig;
	const { dtype, hiddenStateLayers = [], lensLayers = [], numScores = 10 } = options;
	const { attentionLayers = Array.from({ length: numHiddenLayers }, (_, layer) => layer) } =
		options;
	const tensors = new Map<string, WritableTensor>();
	const error = { attention: 0, attentionMass: 0, hiddenState: 0 };
	const texts: Record<string, string> = {};
	const positions = trace.tokens.length;

	for (const layer of new Set(attentionLayers)) {
		const { dims, data } = await trace.attention({ layer }, signal);
		const topK = options.topK === null ? positions : Math.min(options.topK, positions);
		let weights = data;
		if (topK < positions) {
			const rows = toSparseRows(data, positions, topK);
			const shape = [...dims.slice(0, 2), topK];
			tensors.set(`attentions.${layer}.keys`, { dtype: 'I32', shape, data: rows.columns });
			error.attention = Math.max(error.attention, rows.largestDropped);
			error.attentionMass = Math.max(error.attentionMass, rows.largestDroppedMass);
			weights = rows.weights;
		}
		const encoded = encode(weights, dtype);
		error.attention = Math.max(error.attention, encoded.maxError);
		const isSparse = topK < positions;
		tensors.set(isSparse ? `attentions.${layer}.weights` : `attentions.${layer}`, {
			...encoded.tensor,
			shape: isSparse ? [...dims.slice(0, 2), topK] : dims
		});
	}
	for (const layer of new Set(hiddenStateLayers)) {
		const { dims, data } = await trace.hiddenState({ layer }, signal);
		const encoded = encode(data, dtype);
		error.hiddenState = Math.max(error.hiddenState, encoded.maxError);
		tensors.set(`hidden_states.${layer}`, { ...encoded.tensor, shape: dims });
	}
	const addScores = (name: string, rows: readonly (readonly TokenScore[])[]) => {
		const scores = rows.flat();
		for (const { id, text } of scores) texts[id] = text;
		const shape = [positions, rows[0]?.length ?? 0];
		const ids = Int32Array.from(scores, ({ id }) => id);
		const logits = Float32Array.from(scores, ({ logit }) => logit);
		const probabilities = Float32Array.from(scores, ({ probability }) => probability);
		tensors.set(`${name}.ids`, { dtype: 'I32', shape, data: ids });
		tensors.set(`${name}.logits`, { dtype: 'F32', shape, data: logits });
		tensors.set(`${name}.probabilities`, { dtype: 'F32', shape, data: probabilities });
	};
	const next: (readonly TokenScore[])[] = [];
	for (let position = 0; position < positions; position++) {
		next.push(await trace.topLogits({ position, k: numScores }, signal));
	}
	addScores('top_logits', next);
	for (const layer of new Set(lensLayers)) {
		const whole = { start: 0, end: positions };
		const cells = await trace.lens({ layers: [layer], positions: whole, k: numScores }, signal);
		const name = `lens.${layer}`;
		addScores(
			name,
			cells.map(({ scores }) => scores)
		);
		const data = Float32Array.from(cells, ({ divergence }) => divergence);
		tensors.set(`${name}.divergence`, { dtype: 'F32', shape: [positions], data });
	}

	const header = { ...toTraceFileHeader(trace, prompt), texts, error };
	signal?.throwIfAborted();
	return new Uint8Array(encodeSafetensors(tensors, { [headerKey]: JSON.stringify(header) }));
}

/** All that a file says of a trace but its numbers. */
export function toTraceFileHeader(
	{ model, tokens, pictures, images, masks }: TraceFacts,
	prompt: Prompt
): TraceFileHeader {
	return {
		version: 1,
		prompt,
		model: { ...model, recorded: true },
		tokens,
		pictures: pictures.map(({ name, width, height, panAndScan }) => ({
			name,
			width,
			height,
			panAndScan
		})),
		images,
		masks,
		texts: {},
		error: { attention: 0, attentionMass: 0, hiddenState: 0 }
	};
}

function encode(values: Float32Array, dtype: TraceFileOptions['dtype']) {
	const exact = { tensor: { dtype: 'F32' as const, data: values }, maxError: 0 };
	if (dtype === 'float32') return exact;
	// 65520 is the first number that float16 has not.
	if (!values.every((value) => Math.abs(value) < 65520)) return exact;
	const halves = toFloat16(values);
	const back = float16ToFloat32(new Uint8Array(halves.buffer));
	const maxError = back.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
	return { tensor: { dtype: 'F16' as const, data: halves }, maxError };
}

/**
 * Bytes that `recordTraceFile` will write: its tensors to the byte (float16 taken to suffice), its
 * header roughly.
 */
export function estimateTraceFile(
	{ model, tokens, masks }: Pick<Trace, 'model' | 'tokens' | 'masks'>,
	options: TraceFileOptions
): number {
	const { hiddenSize, numHiddenLayers, numAttentionHeads } = model.config.textConfig;
	const { hiddenStateLayers = [], lensLayers = [], numScores = 10, topK } = options;
	const width = options.dtype === 'float16' ? 2 : 4;
	const positions = tokens.length;
	const layers = new Set(options.attentionLayers).size || numHiddenLayers;
	const rowBytes =
		topK === null || topK >= positions
			? positions * width
			: topK * (Int32Array.BYTES_PER_ELEMENT + width);
	const attention = layers * numAttentionHeads * positions * rowBytes;
	const states = new Set(hiddenStateLayers).size * positions * hiddenSize * width;
	const lists = positions * (1 + new Set(lensLayers).size);
	const scores = lists * numScores * 12 + (lists - positions) * 4;
	const header = JSON.stringify([model, tokens, masks]).length * 1.15;
	// An id and a text for each token in the scores; lists of neighbours share most of them.
	const texts = Math.min(lists * numScores, model.config.textConfig.vocabSize) * 16 * 0.5;
	return Math.round(attention + states + scores + header + texts);
}
