import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPretrained } from '../../../src/lib/gemma3/pretrained.js';
import {
	pooledVisionAttention,
	softTokenOfPatch,
	visionAttentionRow,
	type VisionHeads
} from '../../../src/lib/gemma3/visionAttention.js';
import { VisionTower } from '../../../src/lib/gemma3/visionTower.js';
import { tensorOf } from '../../../src/lib/gemma3/weights.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import type { Tensor } from '../../../src/lib/tensor/tensor.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const folder = 'test/fixtures/goldens/multimodal';

/** `x · weightᵀ + bias`, `[rows, out]`, in float64. */
function linear(x: number[][], weight: Tensor, bias: Tensor): number[][] {
	const [outputs, inputs] = weight.dims;
	return x.map((row) =>
		Array.from({ length: outputs }, (_, o) => {
			let sum = bias.data[o];
			for (let i = 0; i < inputs; i++) sum += row[i] * weight.data[o * inputs + i];
			return sum;
		})
	);
}

function layerNorm(x: number[][], weight: Tensor, bias: Tensor, epsilon: number): number[][] {
	return x.map((row) => {
		const mean = row.reduce((a, b) => a + b) / row.length;
		const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
		return row.map(
			(value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * weight.data[i] + bias.data[i]
		);
	});
}

const gelu = (x: number) =>
	0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

test("our rows of the tower's attention carry each layer to the next, as the graph does", async () => {
	const runtime = createNodeRuntime();
	const parts = { head: 'none', vision: true } as const;
	const { config, weights } = await loadPretrained(directorySource(folder), parts, { runtime });
	const golden = decodeSafetensors(readFileSync(`${folder}/golden.safetensors`), 'golden');
	const vision = config.visionConfig!;
	const tower = new VisionTower(runtime, config, weights);
	const layers = Array.from({ length: vision.numHiddenLayers }, (_, layer) => layer);
	const names = layers.flatMap((layer) => [
		`query.${layer}`,
		`key.${layer}`,
		`hidden_states.${layer}`,
		`hidden_states.${layer + 1}`
	]);
	const outputs = await tower.run(golden.get('pixel_values') as Tensor, [...new Set(names)]);
	const first = async (name: string) => {
		const { dims, data } = await outputs.get(name)!.readAll();
		return { data: data.subarray(0, dims[1] * dims[2]), patches: dims[1], width: dims[2] };
	};
	let largest = 0;
	for (const layer of layers) {
		const weight = (name: string) =>
			tensorOf(weights, `vision_tower.encoder.layers.${layer}.${name}`);
		const dense = (x: number[][], name: string) =>
			linear(x, weight(`${name}.weight`), weight(`${name}.bias`));
		const norm = (x: number[][], name: string) =>
			layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), vision.layerNormEps);
		const query = await first(`query.${layer}`);
		const { patches, width } = query;
		const state = await first(`hidden_states.${layer}`);
		const x = Array.from({ length: patches }, (_, p) => [
			...state.data.subarray(p * width, (p + 1) * width)
		]);
		const value = dense(norm(x, 'layer_norm1'), 'self_attn.v_proj');
		const headDim = width / vision.numAttentionHeads;
		const heads: VisionHeads = {
			query: query.data,
			key: (await first(`key.${layer}`)).data,
			numPatches: patches,
			numHeads: vision.numAttentionHeads,
			headDim
		};
		const mixed = x.map((_, patch) => {
			const row = new Array<number>(width).fill(0);
			for (let head = 0; head < vision.numAttentionHeads; head++) {
				visionAttentionRow(heads, head, patch).forEach((share, other) => {
					for (let i = head * headDim; i < (head + 1) * headDim; i++) {
						row[i] += share * value[other][i];
					}
				});
			}
			return row;
		});
		const add = (a: number[][], b: number[][]) => a.map((row, i) => row.map((v, j) => v + b[i][j]));
		const attended = add(x, dense(mixed, 'self_attn.out_proj'));
		const hidden = dense(norm(attended, 'layer_norm2'), 'mlp.fc1').map((row) => row.map(gelu));
		const next = add(attended, dense(hidden, 'mlp.fc2')).flat();
		const expected = await first(`hidden_states.${layer + 1}`);
		next.forEach((v, i) => (largest = Math.max(largest, Math.abs(v - expected.data[i]))));
	}
	console.log(`tower layers from our attention rows: largest error ${largest.toExponential(2)}`);
	expect(largest).toBeLessThan(1e-5);
	await tower.dispose();
});

test('pooled attention is the mean over query patches and the sum over key patches', () => {
	const random = (count: number, seed: number) =>
		Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed) * 3);
	const heads: VisionHeads = {
		query: random(16 * 8, 1),
		key: random(16 * 8, 2),
		numPatches: 16,
		numHeads: 2,
		headDim: 4
	};
	expect([...softTokenOfPatch(16, 4)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]);
	const pooled = pooledVisionAttention(heads, 1, 4);
	const patchesOf = [
		[0, 1, 4, 5],
		[2, 3, 6, 7]
	];
	let expected = 0;
	for (const query of patchesOf[0]) {
		const row = visionAttentionRow(heads, 1, query);
		for (const key of patchesOf[1]) expected += row[key] / 4;
	}
	expect(pooled[1]).toBeCloseTo(expected, 6);
	for (let start = 0; start < 16; start += 4) {
		expect(pooled.subarray(start, start + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
	}
});
