import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Gemma3Config } from '../../../src/lib/gemma3/configuration.js';
import { headWeight } from '../../../src/lib/gemma3/languageHead.js';
import { onePlus } from '../../../src/lib/gemma3/rmsNorm.js';
import { ropeTables } from '../../../src/lib/gemma3/rope.js';
import { tensorOf, type Weights } from '../../../src/lib/gemma3/weights.js';
import { GraphBuilder, type OnnxModel } from '../../../src/lib/onnx/graphBuilder.js';
import { geluTanh, reshape, rmsNorm, skipRmsNorm } from '../../../src/lib/onnx/operators.js';
import { weightedLinear } from '../../../src/lib/onnx/weightedLinear.js';
import { toTensor } from '../../../src/lib/tensor/dequantize.js';

/**
 * The kind of graph that published ONNX checkpoints of Gemma 3 hold: token ids in, the cache as
 * growing tensors, GroupQueryAttention with RoPE inside, logits of the last positions out.
 */
function buildExportGraph(
	{ textConfig }: Gemma3Config,
	weights: Weights,
	dataFile: string
): OnnxModel {
	const graph = new GraphBuilder({ dataFile });
	const { hiddenSize, numHiddenLayers, numAttentionHeads, numKeyValueHeads, headDim } = textConfig;
	const { rmsNormEps, layerTypes, slidingWindow, maxPositionEmbeddings, vocabSize } = textConfig;
	const ids = graph.input('input_ids', 'int64', ['batch_size', 'sequence']);
	const attentionMask = graph.input('attention_mask', 'int64', ['batch_size', 'total']);
	graph.input('position_ids', 'int64', ['batch_size', 'sequence']);
	const kept = graph.input('num_logits_to_keep', 'int64', []);

	const axis = graph.int64([1]);
	const lengths = graph.node('ReduceSum', [attentionMask, axis], { attributes: { keepdims: 1 } });
	const last = graph.node('Sub', [lengths, graph.int64([1])]);
	const seqlens = graph.node('Cast', [last], { attributes: { to: 6 } });
	const shape = graph.node('Shape', [attentionMask]);
	const width = graph.node('Gather', [shape, graph.int64([1], [])], { attributes: { axis: 0 } });
	const total = graph.node('Cast', [width], { attributes: { to: 6 } });
	const positions = Array.from({ length: maxPositionEmbeddings }, (_, position) => position);
	const tables = new Map(
		[...new Set(layerTypes)].map((kind) => {
			const { cos, sin } = ropeTables(textConfig.ropeParameters[kind], headDim, positions);
			const dims = [positions.length, headDim / 2];
			return [
				kind,
				[graph.weight(`cos.${kind}`, dims, cos), graph.weight(`sin.${kind}`, dims, sin)]
			];
		})
	);

	const table = toTensor(weights.get('embed_tokens.weight')!);
	const rows = graph.weight('embed_tokens', table.dims, table.data);
	const embedded = graph.node('Gather', [rows, ids], { attributes: { axis: 0 } });
	const x = graph.node('Mul', [embedded, graph.float32(Math.fround(Math.sqrt(hiddenSize)))]);

	const scale = (name: string) => {
		const weight = tensorOf(weights, name);
		return graph.weight(name, weight.dims, onePlus(weight));
	};
	let residual = x;
	let normed = rmsNorm(graph, x, scale('layers.0.input_layernorm.weight'), rmsNormEps);
	for (let layer = 0; layer < numHiddenLayers; layer++) {
		const path = `layers.${layer}`;
		const linear = (name: string, input: string) => {
			const weight = weights.get(`${path}.${name}.weight`)!;
			return weightedLinear(graph, input, `${path}.${name}.weight`, weight);
		};
		const heads = (which: 'q' | 'k', count: number) => {
			const split = reshape(graph, linear(`self_attn.${which}_proj`, normed), [
				0,
				0,
				count,
				headDim
			]);
			const norm = scale(`${path}.self_attn.${which}_norm.weight`);
			return reshape(graph, rmsNorm(graph, split, norm, rmsNormEps), [0, 0, count * headDim]);
		};
		const past = (['key', 'value'] as const).map((part) =>
			graph.input(`past_key_values.${layer}.${part}`, 'float32', [
				'batch_size',
				numKeyValueHeads,
				'past',
				headDim
			])
		);
		const kind = layerTypes[layer];
		const attention = graph.node(
			'GroupQueryAttention',
			[
				heads('q', numAttentionHeads),
				heads('k', numKeyValueHeads),
				linear('self_attn.v_proj', normed),
				...past,
				seqlens,
				total,
				...tables.get(kind)!
			],
			{
				domain: 'com.microsoft',
				attributes: {
					num_heads: numAttentionHeads,
					kv_num_heads: numKeyValueHeads,
					scale: { float: textConfig.queryPreAttnScalar ** -0.5 },
					do_rotary: 1,
					rotary_interleaved: 0,
					local_window_size: kind === 'sliding_attention' ? slidingWindow : -1
				},
				more: [`present.${layer}.key`, `present.${layer}.value`]
			}
		);
		for (const part of ['key', 'value']) {
			const dims = ['batch_size', numKeyValueHeads, 'total', headDim];
			graph.output(`present.${layer}.${part}`, 'float32', dims);
		}
		const post = scale(`${path}.post_attention_layernorm.weight`);
		const attended = rmsNorm(graph, linear('self_attn.o_proj', attention), post, rmsNormEps);
		const before = scale(`${path}.pre_feedforward_layernorm.weight`);
		const inner = skipRmsNorm(graph, residual, attended, before, rmsNormEps, {
			sum: `attended.${layer}`
		});
		const gate = geluTanh(graph, linear('mlp.gate_proj', inner));
		const product = graph.node('Mul', [gate, linear('mlp.up_proj', inner)]);
		const behind = scale(`${path}.post_feedforward_layernorm.weight`);
		const fed = rmsNorm(graph, linear('mlp.down_proj', product), behind, rmsNormEps);
		const next =
			layer + 1 < numHiddenLayers ? `layers.${layer + 1}.input_layernorm.weight` : 'norm.weight';
		normed = skipRmsNorm(graph, `attended.${layer}`, fed, scale(next), rmsNormEps, {
			sum: `stream.${layer}`
		});
		residual = `stream.${layer}`;
	}
	const start = reshape(graph, graph.node('Neg', [kept]), [1]);
	const wanted = graph.node('Slice', [normed, start, graph.int64([2 ** 31]), axis]);
	weightedLinear(graph, wanted, 'head', headWeight(weights), 'logits');
	graph.output('logits', 'float32', ['batch_size', 'kept', vocabSize]);
	return graph.build('gemma3-export');
}

/** Writes what transformers.js loads: configuration, and the graph with its weights in one file. */
export function writeExport(
	folder: string,
	config: Gemma3Config,
	weights: Weights,
	configJson: Readonly<Record<string, unknown>>,
	dtype: 'fp32' | 'q4'
): void {
	const name = dtype === 'fp32' ? 'model' : 'model_q4';
	mkdirSync(join(folder, 'onnx'), { recursive: true });
	const dataFile = `${name}.onnx_data`;
	const { model, externalData } = buildExportGraph(config, weights, dataFile);
	writeFileSync(join(folder, 'onnx', `${name}.onnx`), model);
	const file = openSync(join(folder, 'onnx', dataFile), 'w');
	for (const { data } of externalData) writeSync(file, data);
	closeSync(file);
	const text = (configJson.text_config ?? configJson) as Readonly<Record<string, unknown>>;
	const json = {
		...text,
		model_type: 'gemma3_text',
		architectures: ['Gemma3ForCausalLM'],
		'transformers.js_config': { use_external_data_format: { [`${name}.onnx`]: 1 } }
	};
	writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
	writeFileSync(join(folder, 'generation_config.json'), JSON.stringify({ pad_token_id: 0 }));
}
