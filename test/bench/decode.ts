/**
 * Times greedy decoding on WebAssembly in Node: the first token, each one after, and what it costs to
 * keep every attention row and hidden state of each token readable (aim: at most 5 %).
 *
 * Usage: npm run bench:decode -- [FOLDER] [PROMPT_TOKENS] [NEW_TOKENS] [CHUNK]
 */
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';
import { median } from './statistics.js';

/** Of each kind, by turns; one more before them warms up. */
const ROUNDS = 7;

const [folder = 'static/models/gemma3-mini', prompt = '32', count = '128', chunk] =
	process.argv.slice(2);
const model = await Gemma3ForCausalLM.fromPretrained(directorySource(folder), {
	runtime: createNodeRuntime()
});
const { vocabSize } = model.config.textConfig;
const ids = Array.from({ length: Number(prompt) }, (_, i) => 10 + ((i * 37) % (vocabSize - 10)));

/** Milliseconds of the first token, and of a later one. */
async function decode(keepReadings: boolean): Promise<{ first: number; later: number }> {
	const times: number[] = [];
	const steps = model.generate({
		inputIds: [ids],
		maxNewTokens: Number(count),
		eosTokenId: [],
		chunkSize: chunk ? Number(chunk) : undefined,
		keepReadings
	});
	for await (const { milliseconds } of steps) times.push(milliseconds);
	const [first, ...rest] = times;
	return { first, later: median(rest) };
}

await decode(true);
const bare: Awaited<ReturnType<typeof decode>>[] = [];
const readable: typeof bare = [];
for (let round = 0; round < ROUNDS; round++) {
	bare.push(await decode(false));
	readable.push(await decode(true));
}
await model.dispose();

const later = (rounds: typeof bare) => median(rounds.map(({ later }) => later));
const first = median(bare.map(({ first }) => first)).toFixed(1);
console.log(
	`prompt ${ids.length}: first token ${first} ms, then ${later(bare).toFixed(2)} ms each`
);
const ratio = median(readable.map(({ later }, round) => later / bare[round].later));
const percent = (100 * (ratio - 1)).toFixed(1);
console.log(
	`everything kept readable: ${later(readable).toFixed(2)} ms each, ${percent} % more (aim 5 %)`
);
