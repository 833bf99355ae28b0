import { deflateSync, inflateSync } from 'fflate';
import { expect, test } from 'vitest';
import { toBase64Url } from '../../../src/lib/notebook/base64.js';
import {
	isNotebookFragment,
	maxFragmentLength,
	parseFragment,
	toFragment
} from '../../../src/lib/notebook/link.js';
import { toNotebook } from '../../../src/lib/notebook/notebook.js';
import { pack, unpack } from '../../../src/lib/notebook/pack.js';
import { awkwardText, randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

test('any small document comes back exactly from its link', async () => {
	const random = createRandom(41);
	let longest = 0;
	for (let i = 0; i < 150; i++) {
		const notebook = await randomNotebook(random, 8);
		const fragment = toFragment(notebook);
		longest = Math.max(longest, fragment.length);
		expect(fragment).toMatch(/^notebook=1\.[A-Za-z0-9_-]+$/);
		expect(new URL(`https://example.org/#${fragment}`).hash).toBe(`#${fragment}`);
		expect(isNotebookFragment(fragment)).toBe(true);
		expect(await parseFragment(`#${fragment}`)).toStrictEqual(notebook);
	}
	console.log(`the longest link of 150 has ${longest} characters`);
});

test('a document too large for a link is refused with its size', () => {
	const random = createRandom(42);
	const text = Array.from({ length: 4000 }, () => awkwardText(random))
		.join('')
		.slice(0, 99_000);
	const notebook = toNotebook({ cells: [{ id: 'a', kind: 'prose', settings: { text } }] });
	expect(() => toFragment(notebook)).toThrow(`the limit is ${maxFragmentLength}`);
});

test('packed text comes back, empty and long', () => {
	for (const text of ['', 'a', 'ab'.repeat(500_000), '\ufeffé\u2028']) {
		expect(unpack(pack(text), 2_000_000)).toBe(text);
	}
});

test('a bomb is noticed before it is unpacked', () => {
	const bomb = deflateSync(new Uint8Array(64 * 2 ** 20), { level: 9 });
	const time = (job: () => void) => {
		const before = performance.now();
		job();
		return performance.now() - before;
	};
	expect(() => unpack(bomb, 1000)).toThrow('larger than 1000 bytes');
	const whole = time(() => inflateSync(bomb));
	const refused = time(() => expect(() => unpack(bomb, 2 ** 20)).toThrow('larger than'));
	console.log(
		`a bomb of ${bomb.length} bytes: refused in ${refused.toFixed(1)} ms, unpacked in ${whole.toFixed(1)} ms`
	);
	expect(refused).toBeLessThan(whole / 2);
});

test('damaged links are refused, whatever the damage', async () => {
	const fragment = toFragment(toNotebook({ title: 'A title of some length' }));
	await expect(parseFragment('#layer=3')).rejects.toThrow('holds no notebook');
	await expect(parseFragment('notebook=2.abc')).rejects.toThrow('holds no notebook');
	await expect(parseFragment('notebook=1.***')).rejects.toThrow('not base64');
	for (let length = 'notebook=1.'.length; length < fragment.length; length++) {
		await expect(parseFragment(fragment.slice(0, length))).rejects.toThrow(/notebook/);
	}
	const notText = `notebook=1.${toBase64Url(deflateSync(Uint8Array.of(0xff, 0xfe)))}`;
	await expect(parseFragment(notText)).rejects.toThrow('damaged');
});
