import { readFileSync } from 'node:fs';
import type { Gemma3Config } from '../../src/lib/gemma3/configuration.js';
import { parseGemma3Config } from '../../src/lib/gemma3/parseConfiguration.js';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import { createTensor, type Tensor } from '../../src/lib/tensor/tensor.js';
import type { MaskDescription, ModelInfo, TraceToken } from '../../src/lib/trace/trace.js';

/** What the reference left behind of one prompt, in the terms of a trace. */
export interface GoldenTrace {
	readonly config: Gemma3Config;
	readonly model: ModelInfo;
	readonly tokens: readonly TraceToken[];
	readonly masks: MaskDescription;
	/** `[heads, n, n]` */
	attention(layer: number): Tensor;
	/** `[n, hiddenSize]` */
	hiddenState(layer: number): Tensor;
	/** `[n, vocabSize]` */
	readonly logits: Tensor;
}

export function readGoldenTrace(name: string): GoldenTrace {
	const folder = `test/fixtures/goldens/${name}`;
	const config = parseGemma3Config(JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')));
	const tensors = decodeSafetensors(readFileSync(`${folder}/golden.safetensors`));
	const tensor = (key: string): Tensor => {
		const found = tensors.get(key);
		if (found?.dtype !== 'float32') throw new Error(`${folder} has no floats ${key}`);
		return createTensor('float32', found.dims.slice(1), found.data);
	};
	const integers = (key: string) => Array.from(tensors.get(key)?.data ?? [], Number);
	const ids = integers('input_ids');
	const tokenTypeIds = tensors.has('token_type_ids')
		? integers('token_type_ids')
		: ids.map(() => 0);
	let image = -1;
	const tokens = ids.map((id, position): TraceToken => {
		const isImage = tokenTypeIds[position] === 1;
		if (isImage && tokenTypeIds[position - 1] !== 1) image++;
		const kind = isImage ? 'image' : id === config.textConfig.bosTokenId ? 'control' : 'text';
		const imageIndex = isImage ? image : null;
		return { id, text: String(id), kind, turn: null, imageIndex, position, step: null };
	});
	return {
		config,
		model: {
			name,
			config,
			device: 'wasm',
			deviceReason: '',
			dtype: 'fp32',
			weightBytes: 0,
			recorded: true
		},
		tokens,
		masks: {
			rule: '5.17',
			slidingWindow: config.textConfig.slidingWindow,
			attentionMask: integers('attention_mask'),
			tokenTypeIds,
			edits: [],
			promptLength: ids.length
		},
		attention: (layer) => tensor(`attentions.${layer}`),
		hiddenState: (layer) => tensor(`hidden_states.${layer}`),
		logits: tensor('logits')
	};
}
