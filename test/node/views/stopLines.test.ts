import { expect, test } from 'vitest';
import { fromStopLines, toStopLines } from '../../../src/lib/views/stopLines.js';

test('stop strings survive the way through their lines', () => {
	const stopStrings = ['END', ' two words', 'a\nb', 'C:\\new', '\\n', '\n\n'];
	expect(fromStopLines(toStopLines(stopStrings))).toEqual(stopStrings);
});

test('empty lines and repeats are left out', () => {
	expect(fromStopLines('a\n\na\n\\n\n')).toEqual(['a', '\n']);
	expect(fromStopLines('')).toEqual([]);
});
