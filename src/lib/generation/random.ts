import { createUniform } from '../tensor/random.js';

/** Four unsigned 32-bit words, not all zero. Plain data: it can be stored and sent. */
export type RandomState = readonly [number, number, number, number];

/** Uniform numbers that can be replayed: put back a state read earlier, and they come again. */
export interface Random {
	/** The next number in [0, 1), a multiple of 2^-53. */
	next(): number;
	/** A copy of the state before the next number. */
	readonly state: RandomState;
	/** @throws RangeError if the state is not four unsigned 32-bit integers, one of them above 0 */
	restore(state: RandomState): void;
}

/**
 * Blackman and Vigna's xoshiro128** 1.1, two outputs for each number. Equal seeds give equal numbers
 * on every machine.
 *
 * @param seed a whole number from 0 to 2^53 - 1; different seeds start in different states
 * @throws RangeError if the seed is not one
 */
export function createRandom(seed: number): Random {
	if (!Number.isSafeInteger(seed) || seed < 0) {
		throw new RangeError(`seed must be a whole number from 0 to 2^53 - 1, got ${seed}`);
	}
	const words = toWords(seedState(seed));
	return {
		next() {
			const high = advance(words) >>> 5;
			const low = advance(words) >>> 6;
			return (high * 0x4000000 + low) / 0x20000000000000;
		},
		get state(): RandomState {
			return [words[0], words[1], words[2], words[3]];
		},
		restore(state) {
			words.set(toWords(state));
		}
	};
}

/** Two words from each half of the seed. Words of one stream differ, so they are not all zero. */
function seedState(seed: number): RandomState {
	const low = createUniform(seed % 0x100000000, 'low');
	const high = createUniform(Math.floor(seed / 0x100000000), 'high');
	return [low, low, high, high].map((next) => next() * 0x100000000) as unknown as RandomState;
}

function toWords(state: RandomState): Uint32Array {
	const words = Uint32Array.from(state);
	const isExact = state.every((word, i) => word === words[i]);
	if (words.length !== 4 || !isExact || words.every((word) => word === 0)) {
		throw new RangeError(
			`a random state is four unsigned 32-bit integers, not all 0, got [${state.join(', ')}]`
		);
	}
	return words;
}

/** One step of the generator, in place; returns its unsigned 32-bit output. */
function advance(words: Uint32Array): number {
	const output = Math.imul(rotateLeft(Math.imul(words[1], 5), 7), 9) >>> 0;
	const shifted = words[1] << 9;
	words[2] ^= words[0];
	words[3] ^= words[1];
	words[1] ^= words[2];
	words[0] ^= words[3];
	words[2] ^= shifted;
	words[3] = rotateLeft(words[3], 11);
	return output;
}

function rotateLeft(word: number, count: number): number {
	return (word << count) | (word >>> (32 - count));
}
