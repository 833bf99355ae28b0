import { expect, test } from 'vitest';
import {
	processLogits,
	type ProcessLogitsOptions
} from '../../../src/lib/generation/logitsProcess.js';
import { probabilities } from '../../../src/lib/generation/softmax.js';
import { createNormal, createUniform } from '../../../src/lib/tensor/random.js';
import {
	computeProbabilities,
	runSamplingCase,
	type SamplingGolden
} from '../../goldens/samplingCase.js';
import { readGolden } from '../../support/tokenizers.js';

const goldenPath = new URL('../../fixtures/goldens/sampling.json', import.meta.url).pathname;

function keptIds(logits: readonly number[], options: ProcessLogitsOptions): number[] {
	return toKeptIds(processLogits(Float32Array.from(logits), options).logits);
}

function toKeptIds(logits: Float32Array): number[] {
	return [...logits.keys()].filter((id) => logits[id] !== -Infinity);
}

/** The reference's top-p, spelled out with a full stable sort. */
function topPBySorting(logits: Float32Array, topP: number): number[] {
	const masses = probabilities(logits);
	const order = [...logits.keys()].sort((a, b) => logits[a] - logits[b] || a - b);
	let sum = 0;
	const kept = order.filter((id, i) => {
		sum += masses[id];
		return Math.fround(sum) > Math.fround(1 - topP) || i === order.length - 1;
	});
	return kept.filter((id) => logits[id] !== -Infinity).sort((a, b) => a - b);
}

function topKBySorting(logits: Float32Array, topK: number): number[] {
	const least = logits.slice().sort().reverse()[Math.min(topK, logits.length) - 1];
	return [...logits.keys()].filter((id) => logits[id] >= least && logits[id] !== -Infinity);
}

test('gives the probabilities of the reference after all stages', () => {
	const cases = runSamplingCase(goldenPath);
	const largest = Math.max(...cases.map(({ maxError }) => maxError));
	console.log(`sampling: ${cases.length} cases, largest error ${largest}`);
	expect(cases.length).toBe(120);
	for (const { name, maxError, tolerance } of cases) {
		expect(maxError, name).toBeLessThanOrEqual(tolerance);
	}
});

test('keeps exactly the tokens that the reference keeps', () => {
	for (const golden of readGolden<SamplingGolden[]>('sampling.json')) {
		const ours = [...computeProbabilities(golden)].map((value) => value > 0);
		expect(ours).toEqual(golden.probabilities.map((value) => value > 0));
	}
});

test('runs six stages in the order of the reference', () => {
	const { stages } = processLogits(Float32Array.of(1, 2, 3));
	expect(stages.map(({ name }) => name)).toEqual([
		'raw',
		'repetitionPenalty',
		'temperature',
		'topK',
		'topP',
		'minP'
	]);
});

test('a stage that is off shares the logits of the one before, and the input is not changed', () => {
	const logits = Float32Array.of(1, 2, -3);
	const neutral = processLogits(logits);
	expect(neutral.stages.every((stage) => stage.logits === logits)).toBe(true);
	const { stages } = processLogits(logits, { inputIds: [0, 2], repetitionPenalty: 2, topK: 1 });
	expect([...logits]).toEqual([1, 2, -3]);
	expect([...stages[1].logits]).toEqual([0.5, 2, -6]);
	expect(stages[2].logits).toBe(stages[1].logits);
	expect([...stages[3].logits]).toEqual([-Infinity, 2, -Infinity]);
	expect(stages.map(({ kept }) => kept)).toEqual([3, 3, 3, 1, 1, 1]);
});

test('the penalty counts an id once, divides what is not negative and multiplies the rest', () => {
	const { logits } = processLogits(Float32Array.of(3, -3, 0, 5), {
		inputIds: [0, 0, 1, 1, 1, 2],
		repetitionPenalty: 1.3
	});
	const penalty = Math.fround(1.3);
	expect([...logits]).toEqual([Math.fround(3 / penalty), Math.fround(-3 * penalty), 0, 5]);
});

test('temperature divides in float32', () => {
	const { logits } = processLogits(Float32Array.of(1, -2.5), { temperature: 0.7 });
	expect([...logits]).toEqual([1, -2.5].map((value) => Math.fround(value / Math.fround(0.7))));
});

test('top-k keeps all that equal the last one, and everything when k is too large', () => {
	expect(keptIds([1, 2, 2, 2, 3], { topK: 2 })).toEqual([1, 2, 3, 4]);
	expect(keptIds([1, 2, 2, 2, 3], { topK: 1 })).toEqual([4]);
	expect(keptIds([1, 2, 3], { topK: 50 })).toEqual([0, 1, 2]);
	expect(keptIds([5, 5, 5], { topK: 1 })).toEqual([0, 1, 2]);
});

test('top-p removes the lower indices first among equals', () => {
	// Four quarters: 0.25 and 0.5 are not above 0.5, so two of them go.
	expect(keptIds([0, 0, 0, 0], { topP: 0.5 })).toEqual([2, 3]);
	expect(keptIds([0, 0, 0, 0], { topP: 0.51 })).toEqual([1, 2, 3]);
	expect(keptIds([-0, 0, -0, 0], { topP: 0.5 })).toEqual([2, 3]);
});

test('top-p of 0 keeps one token, the last among equals', () => {
	expect(keptIds([1, 4, 2, 4, 3], { topP: 0 })).toEqual([3]);
	expect(keptIds([7, 7], { topP: 0 })).toEqual([1]);
});

test('top-p removes tokens whose probability is 0 in float32', () => {
	expect(keptIds([-200, 0, 0], { topP: 0.9999999 })).toEqual([1, 2]);
});

test('min-p is relative to the largest probability, and 0 keeps all', () => {
	const logits = [0, Math.log(0.5), Math.log(0.29), Math.log(0.31)];
	expect(keptIds(logits, { minP: 0.3 })).toEqual([0, 1, 3]);
	expect(keptIds(logits, { minP: 0 })).toEqual([0, 1, 2, 3]);
	expect(keptIds([1, 3, 3, 2], { minP: 1 })).toEqual([1, 2]);
});

test('tokens that are filtered out already stay out', () => {
	const logits = [-Infinity, 1, 2, -Infinity, 3];
	for (const options of [{}, { topK: 5 }, { topP: 0.999 }, { minP: 0 }, { temperature: 2 }]) {
		const { stages } = processLogits(Float32Array.from(logits), options);
		expect(stages.map(({ kept }) => kept)).toEqual([3, 3, 3, 3, 3, 3]);
		expect(toKeptIds(stages[5].logits)).toEqual([1, 2, 4]);
	}
	expect(keptIds(logits, { topK: 2, topP: 0.5 })).toEqual([4]);
});

test('one logit alone survives every stage', () => {
	const all = { inputIds: [0], repetitionPenalty: 2, temperature: 0.1, topK: 1, topP: 0, minP: 1 };
	expect([...probabilities(processLogits(Float32Array.of(-4), all).logits)]).toEqual([1]);
});

test('top-k and top-p keep what a full sort keeps, ties included', () => {
	const uniform = createUniform(11);
	const normal = createNormal(12);
	let kept = 0;
	for (let round = 0; round < 400; round++) {
		const length = 1 + Math.floor(uniform() * (round % 20 === 0 ? 5000 : 60));
		// Coarse steps make ties.
		const step = [0, 0.25, 1][round % 3];
		const logits = Float32Array.from({ length }, () => {
			const value = normal() * 3;
			return step === 0 ? value : Math.round(value / step) * step;
		});
		if (round % 5 === 0 && length > 1) logits[Math.floor(uniform() * (length - 1))] = -Infinity;
		const topK = 1 + Math.floor(uniform() * length * 1.2);
		const topP = [uniform(), 0, 0.5, 0.95, 1 - 1e-7][round % 5];
		expect(toKeptIds(processLogits(logits, { topK }).logits)).toEqual(topKBySorting(logits, topK));
		const { logits: nucleus } = processLogits(logits, { topP });
		expect(toKeptIds(nucleus)).toEqual(topPBySorting(logits, topP));
		const both = processLogits(logits, { topK, topP }).stages;
		expect(toKeptIds(both[5].logits)).toEqual(topPBySorting(both[3].logits, topP));
		kept += both[5].kept;
	}
	expect(kept).toBeGreaterThan(1000);
});

test('kept sets are nested, kept logits stay as they were, and probabilities sum to 1', () => {
	const uniform = createUniform(21);
	const normal = createNormal(22);
	let largestError = 0;
	for (let round = 0; round < 200; round++) {
		const length = 1 + Math.floor(uniform() * 300);
		const { stages } = processLogits(
			Float32Array.from({ length }, () => normal() * 4),
			{
				inputIds: Array.from({ length: 20 }, () => Math.floor(uniform() * length)),
				repetitionPenalty: 0.5 + uniform(),
				temperature: 0.2 + 2 * uniform(),
				topK: Math.floor(uniform() * 80),
				topP: uniform(),
				minP: uniform() < 0.5 ? null : uniform() * 0.3
			}
		);
		stages.forEach(({ name, logits, kept }, i) => {
			const sum = probabilities(logits).reduce((total, value) => total + value, 0);
			largestError = Math.max(largestError, Math.abs(sum - 1));
			expect(toKeptIds(logits).length, name).toBe(kept);
			expect(kept).toBeGreaterThan(0);
			if (i < 3) return;
			const before = stages[i - 1].logits;
			expect(toKeptIds(logits).every((id) => logits[id] === before[id])).toBe(true);
		});
	}
	console.log(`sum of probabilities: largest error ${largestError}`);
	expect(largestError).toBeLessThan(1e-6);
});

test.each([
	[{ temperature: 0 }, /temperature must be a number above 0 .* got 0/],
	[{ temperature: -1 }, /temperature .* got -1/],
	[{ temperature: NaN }, /temperature .* got NaN/],
	[{ temperature: Infinity }, /temperature .* got Infinity/],
	[{ topK: -1 }, /topK must be a whole number that is 0 \(keep all\) or more, got -1/],
	[{ topK: 2.5 }, /topK .* got 2.5/],
	[{ topP: 1.01 }, /topP must be a number from 0 to 1, got 1.01/],
	[{ topP: -0.1 }, /topP .* got -0.1/],
	[{ topP: '0.9' as unknown as number }, /topP .* got 0.9/],
	[{ minP: 2 }, /minP must be a number from 0 to 1, or null \(keep all\), got 2/],
	[{ minP: -0.5 }, /minP .* got -0.5/],
	[{ repetitionPenalty: 0 }, /repetitionPenalty must be a number above 0, got 0/],
	[{ repetitionPenalty: 1.1, inputIds: [0, 3] }, /input id 3 is outside .* 3 tokens/],
	[{ repetitionPenalty: 1.1, inputIds: [-1] }, /input id -1 is outside/],
	[{ temperature: 1e-44 }, /temperature: the logit of token 0 is Infinity/],
	[{ repetitionPenalty: 1e-44, inputIds: [1] }, /repetitionPenalty: the logit of token 1 is Inf/]
] as [ProcessLogitsOptions, RegExp][])('refuses %o', (options, message) => {
	const run = () => processLogits(Float32Array.of(10, 20, 30), options);
	expect(run).toThrow(RangeError);
	expect(run).toThrow(message);
});

test('refuses logits that are no numbers, and a vocabulary without any', () => {
	expect(() => processLogits(Float32Array.of(1, NaN))).toThrow('raw: the logit of token 1 is NaN');
	expect(() => processLogits(Float32Array.of(Infinity, 1))).toThrow('token 0 is Infinity');
	expect(() => processLogits(new Float32Array(0))).toThrow('none of 0 logits');
	expect(() => processLogits(Float32Array.of(-Infinity))).toThrow('none of 1 logits');
	expect(() => processLogits(Float32Array.of(-10), { temperature: 1e-44 })).toThrow(
		'temperature: none of 1 logits is above -Infinity'
	);
});

function measureMs(run: () => void): number {
	const start = performance.now();
	run();
	return performance.now() - start;
}

test('a vocabulary of 262,144 is filtered right, and many times faster than by sorting', () => {
	const normal = createNormal(31);
	const logits = Float32Array.from({ length: 262_144 }, () => normal() * 3);
	const inputIds = Array.from({ length: 2048 }, (_, i) => (i * 127) % logits.length);
	const settings: Record<string, ProcessLogitsOptions> = {
		all: { inputIds, repetitionPenalty: 1.1, temperature: 0.7, topK: 64, topP: 0.95, minP: 0.05 },
		'top-k and top-p': { topK: 64, topP: 0.95 },
		'top-p alone': { topP: 0.95 }
	};
	const sortMs = measureMs(() => topPBySorting(logits, 0.95));
	for (const [name, options] of Object.entries(settings)) {
		const times = Array.from({ length: 20 }, () =>
			measureMs(() => processLogits(logits, options))
		).sort((a, b) => a - b);
		console.log(
			`${name}: median ${times[10].toFixed(2)} ms, best ${times[0].toFixed(2)} ms, ` +
				`a full sort ${sortMs.toFixed(0)} ms`
		);
		expect(times[0], name).toBeLessThan(sortMs / 3);
	}
	const kept = (options: ProcessLogitsOptions) => toKeptIds(processLogits(logits, options).logits);
	expect(kept({ topK: 64 })).toEqual(topKBySorting(logits, 64));
	expect(kept({ topK: 50_000 })).toEqual(topKBySorting(logits, 50_000));
	expect(kept({ topP: 0.95 })).toEqual(topPBySorting(logits, 0.95));
});
