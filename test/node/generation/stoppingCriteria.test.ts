import { expect, test } from 'vitest';
import { createStoppingCriteria } from '../../../src/lib/generation/stoppingCriteria.js';
import { createMiniTokenizer } from '../../support/tokenizers.js';

const pieces = ['', 'st', 'op', 'stop!', ' ', 'a', 'STOP', 'xsto', 'p now', 'p'];

/** Ids 0 to 9 are the pieces above; 256 and more are single bytes. */
function decode(ids: readonly number[]): string {
	const bytes = ids.flatMap((id) =>
		id < 256 ? [...new TextEncoder().encode(pieces[id])] : [id - 256]
	);
	return new TextDecoder().decode(Uint8Array.from(bytes));
}

const byteIds = (text: string) => [...new TextEncoder().encode(text)].map((byte) => byte + 256);

/** The first stop of a run, and after how many tokens. */
function run(
	options: Parameters<typeof createStoppingCriteria>[0],
	prompt: readonly number[],
	generated: readonly number[]
) {
	const criteria = createStoppingCriteria({ decode, ...options });
	for (let count = 0; count <= generated.length; count++) {
		const stop = criteria([...prompt, ...generated.slice(0, count)], prompt.length);
		if (stop !== null) return { count, ...stop };
	}
	return null;
}

test('a stop token ends the run, alone or in a list, but not in the prompt', () => {
	expect(run({ eosTokenId: 5 }, [5], [1, 2, 5, 1])).toEqual({ count: 3, reason: 'stop_token' });
	expect(run({ eosTokenId: [9, 2] }, [9], [1, 2])).toEqual({ count: 2, reason: 'stop_token' });
	expect(run({ eosTokenId: [9] }, [9], [1, 2])).toBeNull();
});

test('a stop string is found across token borders, with the place to cut', () => {
	const found = { reason: 'stop_string', stopString: 'stop' };
	expect(run({ stopStrings: ['stop'] }, [5], [5, 4, 1, 2, 4])).toEqual({
		count: 4,
		textLength: 2,
		...found
	});
	expect(run({ stopStrings: ['stop'] }, [5], [7, 8])).toEqual({
		count: 2,
		textLength: 1,
		...found
	});
	expect(run({ stopStrings: ['stop'] }, [5], [4, 3])).toEqual({
		count: 2,
		textLength: 1,
		...found
	});
	expect(run({ stopStrings: ['stop'] }, [5], [6, 1, 4, 2])).toBeNull();
});

test('a stop string may begin in the prompt, but one that is all prompt does not stop', () => {
	expect(run({ stopStrings: ['stop'] }, [1], [2, 5])).toMatchObject({ count: 1, textLength: 0 });
	expect(run({ stopStrings: ['stop'] }, [3, 1, 2], [4, 5, 4])).toBeNull();
});

test('a run that goes on past a stop string is not stopped by it again', () => {
	const criteria = createStoppingCriteria({ stopStrings: ['stop'], decode });
	expect(criteria([5, 1, 2], 1)).not.toBeNull();
	expect(criteria([5, 1, 2, 4], 1)).toBeNull();
	expect(criteria([5, 1, 2, 4, 3], 1)).toMatchObject({ textLength: 5 });
});

test('of several stop strings the earliest start counts, then the longest', () => {
	const stopOf = (stopStrings: string[]) => run({ stopStrings }, [5], [4, 3]);
	expect(stopOf(['op', 'stop'])).toMatchObject({ stopString: 'stop', textLength: 1 });
	expect(stopOf(['st', 'stop!', 'stop'])).toMatchObject({ stopString: 'stop!', textLength: 1 });
});

test('a token without text completes no stop string', () => {
	expect(run({ stopStrings: ['st'] }, [1], [0, 0, 5])).toBeNull();
});

test('a character of several byte tokens stops when it is whole', () => {
	const generated = byteIds('aé🙂b');
	expect(run({ stopStrings: ['🙂'] }, [5], generated)).toEqual({
		count: 7,
		reason: 'stop_string',
		stopString: '🙂',
		textLength: 2
	});
	expect(run({ stopStrings: ['é🙂b'] }, [5], generated)).toMatchObject({ count: 8, textLength: 1 });
	const split = byteIds('🙂');
	// The prompt holds half of the character: nothing of the generated text comes before it.
	expect(run({ stopStrings: ['🙂'] }, split.slice(0, 2), split.slice(2))).toMatchObject({
		count: 2,
		textLength: 0
	});
});

test('the text is cut right at any place of a long run', () => {
	const filler = 'wörter 🙂 und mehr, ';
	for (const repeats of [0, 1, 7, 40]) {
		const text = filler.repeat(repeats);
		const stop = run({ stopStrings: ['<ende>'] }, byteIds(filler), byteIds(`${text}<ende>`));
		expect(stop).toMatchObject({ textLength: text.length });
	}
});

test('stop strings work with a real tokenizer', () => {
	const tokenizer = createMiniTokenizer();
	const prompt = tokenizer.encode('Once upon a time').map(Number);
	const text = ' there was a café. The end, and more';
	const generated = tokenizer.encode(text, { addSpecialTokens: false }).map(Number);
	const stop = run(
		{ stopStrings: ['é. Th'], decode: (ids) => tokenizer.decode(ids, { skipSpecialTokens: true }) },
		prompt,
		generated
	);
	expect(stop).toMatchObject({ reason: 'stop_string' });
	const full = tokenizer.decode(generated.slice(0, stop!.count));
	expect(full.slice(0, (stop as { textLength: number }).textLength)).toBe(' there was a caf');
});

test('limits on new tokens and on the whole length end a run', () => {
	expect(run({ maxNewTokens: 2 }, [5, 5], [1, 2, 3])).toEqual({
		count: 2,
		reason: 'max_new_tokens'
	});
	expect(run({ maxLength: 4 }, [5, 5], [1, 4, 3])).toEqual({ count: 2, reason: 'context_full' });
	expect(run({ maxLength: 2, maxNewTokens: 5 }, [5, 5], [1])).toEqual({
		count: 0,
		reason: 'context_full'
	});
	expect(run({ maxLength: null, maxNewTokens: null }, [5], [1, 2, 3, 4])).toBeNull();
});

test('of several reasons the one that says most about the text counts', () => {
	const all = { eosTokenId: 3, stopStrings: ['stop'], maxNewTokens: 1, maxLength: 2 };
	expect(run(all, [5], [3])?.reason).toBe('stop_token');
	expect(run({ ...all, eosTokenId: [] }, [5], [3])?.reason).toBe('stop_string');
	expect(run(all, [5], [1])?.reason).toBe('max_new_tokens');
	expect(run({ ...all, maxNewTokens: 2 }, [5], [1])?.reason).toBe('context_full');
});

test('refuses criteria that could not be meant', () => {
	expect(() => createStoppingCriteria({ maxNewTokens: 0 })).toThrow('maxNewTokens');
	expect(() => createStoppingCriteria({ maxLength: 1.5 })).toThrow('maxLength');
	expect(() => createStoppingCriteria({ eosTokenId: -1 })).toThrow('got -1');
	expect(() => createStoppingCriteria({ eosTokenId: [1, 0.5] })).toThrow('got 0.5');
	expect(() => createStoppingCriteria({ stopStrings: [''], decode })).toThrow('empty string');
	expect(() => createStoppingCriteria({ stopStrings: ['x'] })).toThrow('need decode');
});
