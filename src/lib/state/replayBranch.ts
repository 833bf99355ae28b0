import type { GenerationDriver } from './GenerationDriver.svelte.js';
import { branchPath, isSameStep, moveTo, type GenerationHistory } from './generationHistory.js';

/** What a run made again from its first token on came to. */
export interface Replay {
	readonly tip: number;
	readonly length: number;
	/** Tokens that came out the same, up to the first that did not. */
	readonly same: number;
	/** Largest difference of a taken token's probability. */
	readonly largestDifference: number;
}

/** Makes the branch again from its first token, as it was made, and says whether the same tokens come. */
export async function replayBranch(
	driver: GenerationDriver,
	history: GenerationHistory,
	/** Has the reader and the worker at so many tokens of the branch. */
	goTo: (move: (history: GenerationHistory) => GenerationHistory) => Promise<unknown>,
	signal: AbortSignal
): Promise<Replay> {
	const path = branchPath(history);
	let same = 0;
	let largestDifference = 0;
	for (const { step } of path) {
		await goTo((now) => moveTo(now, same));
		const { record } = step;
		const state = record.forced
			? await driver.force({ tokenIds: [record.token.id] }, signal)
			: await driver.advance(1, { ignoreStop: true }, signal);
		const made = state.steps.at(-1)!;
		const difference = Math.abs(made.probability - record.probability);
		largestDifference = Math.max(largestDifference, difference);
		if (!isSameStep({ record: made, edits: step.edits }, step)) break;
		same++;
	}
	return { tip: history.tip!, length: path.length, same, largestDifference };
}
