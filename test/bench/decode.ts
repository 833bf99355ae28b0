/**
 * Times greedy decoding on WebAssembly in Node, and prints what one token costs.
 *
 * Usage: npx tsx --tsconfig tsconfig.pure.json test/bench/decode.ts [FOLDER] [PROMPT_TOKENS] [NEW_TOKENS]
 */
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';

import { directorySource } from '../../src/lib/sources/directorySource.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';

const [folder = 'static/models/gemma3-mini', prompt = '32', count = '64'] = process.argv.slice(2);
const model = await Gemma3ForCausalLM.fromPretrained(directorySource(folder), {
	runtime: createNodeRuntime()
});
const { vocabSize } = model.config.textConfig;
const ids = Array.from({ length: Number(prompt) }, (_, i) => 10 + ((i * 37) % (vocabSize - 10)));

for (let round = 0; round < 3; round++) {
	const times: number[] = [];
	const input = { inputIds: [ids], maxNewTokens: Number(count), eosTokenId: [] };
	for await (const { milliseconds } of model.generate(input)) times.push(milliseconds);
	const [first, ...rest] = times;
	rest.sort((a, b) => a - b);
	const median = rest[rest.length >> 1];
	const fastest = rest[0];
	console.log(
		`prompt ${ids.length}: first token ${first.toFixed(1)} ms, then median ${median.toFixed(2)} ms, fastest ${fastest.toFixed(2)} ms a token`
	);
}
await model.dispose();
