import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCausalMaskMapping } from '../../../src/lib/gemma3/attentionMask.js';
import { Gemma3ForCausalLM } from '../../../src/lib/gemma3/causalLanguageModel.js';
import { Gemma3ForConditionalGeneration } from '../../../src/lib/gemma3/conditionalGeneration.js';
import { disposePass } from '../../../src/lib/gemma3/devicePass.js';
import { queryKeyProducts, readAdded, readFactors } from '../../../src/lib/gemma3/insideLayer.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { softmaxStages } from '../../../src/lib/views/softmaxStages.js';
import { largestError } from '../../support/largestError.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

/** Of attention weights, as in the comparison with the reference. */
const ATTENTION = 5e-6;
/** Of max(1, largest value), as there. */
const RELATIVE = 1e-5;

/** The reference's numbers of the first prompt of a case, and our model of it. */
async function open(name: string) {
	const folder = `test/fixtures/goldens/${name}`;
	const golden = decodeSafetensors(readFileSync(`${folder}/golden.safetensors`));
	const { architectures } = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
	const isMultimodal = architectures[0] === 'Gemma3ForConditionalGeneration';
	const Model = isMultimodal ? Gemma3ForConditionalGeneration : Gemma3ForCausalLM;
	const model = await Model.fromPretrained(directorySource(folder), {
		runtime: createNodeRuntime()
	});
	const rows = (key: string) => {
		const tensor = golden.get(key);
		if (!tensor) return undefined;
		const [batch, length] = tensor.dims;
		const values = Array.from(tensor.data, Number);
		return Array.from({ length: batch }, (_, i) => values.slice(i * length, (i + 1) * length));
	};
	const float = (key: string) => {
		const found = golden.get(key);
		if (found?.dtype !== 'float32') throw new Error(`${folder} has no floats ${key}`);
		return createTensor('float32', found.dims, found.data);
	};
	const input = {
		inputIds: rows('input_ids')!,
		attentionMask: rows('attention_mask'),
		tokenTypeIds: rows('token_type_ids'),
		...(golden.has('pixel_values') ? { pixelValues: float('pixel_values') } : {})
	};
	return { model, input, float };
}

test.each(['text', 'text-options', 'text-rope-linear', 'text-padded', 'multimodal'])(
	'%s: products through scale, mask and softmax are the weights of the reference',
	async (name) => {
		const { model, input, float } = await open(name);
		const { textConfig } = model.config;
		const every = Array.from({ length: textConfig.numHiddenLayers }, (_, layer) => layer);
		const pass = await model.model.run(input, { products: every });
		const length = input.inputIds[0].length;
		const masks = createCausalMaskMapping({
			config: textConfig,
			queryLength: length,
			batchSize: input.inputIds.length,
			attentionMask: input.attentionMask,
			tokenTypeIds: input.tokenTypeIds
		}).layers;
		let error = 0;
		for (const layer of every) {
			const factors = await readFactors(pass, layer);
			const expected = float(`attentions.${layer}`).data;
			for (let query = 0; query < length; query++) {
				if (input.attentionMask?.[0][query] === 0) continue;
				const { dims, data } = queryKeyProducts(factors, textConfig, query);
				expect(dims).toEqual([textConfig.numAttentionHeads, length]);
				const open = masks[layer].open.subarray(query * length, (query + 1) * length);
				for (let head = 0; head < textConfig.numAttentionHeads; head++) {
					const products = data.subarray(head * length, (head + 1) * length);
					const { weights } = softmaxStages(products, open, textConfig.queryPreAttnScalar);
					const start = (head * length + query) * length;
					weights.forEach((weight, key) => {
						error = Math.max(error, Math.abs(weight - expected[start + key]));
					});
				}
			}
		}
		console.log(`${name}: stages against attention, largest error ${error.toExponential(2)}`);
		expect(error).toBeLessThan(ATTENTION);
		disposePass(pass);
		await model.dispose();
	}
);

test.each(['text', 'text-rope-linear', 'multimodal'])(
	'%s: what attention and the MLP added is the difference of the reference’s hidden states',
	async (name) => {
		const { model, input, float } = await open(name);
		const { numHiddenLayers, hiddenSize } = model.config.textConfig;
		const every = Array.from({ length: numHiddenLayers }, (_, layer) => layer);
		const pass = await model.model.run(input, { added: every });
		const size = input.inputIds[0].length * hiddenSize;
		let error = 0;
		for (const layer of every) {
			const { data } = await readAdded(pass, layer);
			const before = float(`hidden_states.${layer}`).data.subarray(0, size);
			const sum = before.map((value, i) => value + data[i] + data[size + i]);
			const dims = [size / hiddenSize, hiddenSize];
			const after =
				layer === numHiddenLayers - 1
					? model.textModel.finalNorm(createTensor('float32', dims, sum)).data
					: sum;
			const expected = float(`hidden_states.${layer + 1}`).data.subarray(0, size);
			error = Math.max(error, largestError(after, expected));
		}
		console.log(`${name}: sum of what was added, largest error ${error.toExponential(2)}`);
		expect(error).toBeLessThan(RELATIVE);
		disposePass(pass);
		await model.dispose();
	}
);
