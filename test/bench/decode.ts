/**
 * Times greedy decoding on WebAssembly in Node: what the first token costs, and what each one after.
 *
 * Usage: npm run bench:decode -- [FOLDER] [PROMPT_TOKENS] [NEW_TOKENS] [CHUNK] [keep]
 */
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';

const [folder = 'static/models/gemma3-mini', prompt = '32', count = '64', chunk, keep] =
	process.argv.slice(2);
const model = await Gemma3ForCausalLM.fromPretrained(directorySource(folder), {
	runtime: createNodeRuntime()
});
const { vocabSize } = model.config.textConfig;
const ids = Array.from({ length: Number(prompt) }, (_, i) => 10 + ((i * 37) % (vocabSize - 10)));
const input = {
	inputIds: [ids],
	maxNewTokens: Number(count),
	eosTokenId: [],
	chunkSize: chunk ? Number(chunk) : undefined,
	keepReadings: keep === 'keep'
};

for (let round = 0; round < 4; round++) {
	const times: number[] = [];
	const busy = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
	const marks = [busy()];
	for await (const { milliseconds } of model.generate(input)) {
		times.push(milliseconds);
		marks.push(busy());
	}
	const processor = (marks[marks.length - 1] - marks[1]) / (times.length - 1);
	const [first, ...rest] = times;
	rest.sort((a, b) => a - b);
	const [median, fastest] = [rest[rest.length >> 1], rest[0]].map((ms) => ms.toFixed(2));
	console.log(
		`prompt ${ids.length}: first token ${first.toFixed(1)} ms, then median ${median} ms, fastest ${fastest} ms a token; processor ${(marks[1] - marks[0]).toFixed(0)} ms, then ${processor.toFixed(2)} ms`
	);
}
await model.dispose();
