import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectedWeights } from '../../../src/lib/gemma3/expectedWeights.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { toCanonicalName } from '../../../src/lib/gemma3/weightNames.js';

const readJson = async (path: string) =>
	JSON.parse(await readFile(`test/fixtures/${path}`, 'utf8'));

test("the shapes of Gemma 3 270M and 1B are the reference's", async () => {
	for (const path of ['goldens-full-size/270m/spec.json', 'specs/1b.json']) {
		const spec = await readJson(path);
		const expected = expectedWeights(parseGemma3Config(spec.config), {
			head: 'lm',
			vision: false
		});
		const reference = (spec.weights as { name: string; shape: number[] }[]).map(
			({ name, shape }) => [toCanonicalName(name), shape] as const
		);
		expect(new Map(expected)).toEqual(new Map(reference));
	}
});

test('a model without vision, or without labels, is refused where they are wanted', async () => {
	const config = parseGemma3Config(await readJson('goldens/text/config.json'));
	expect(() => expectedWeights(config, { head: 'none', vision: true })).toThrow(
		'config.vision_config is missing'
	);
	const unlabelled = { ...config, id2label: [] };
	expect(() => expectedWeights(unlabelled, { head: 'score', vision: false })).toThrow(
		'config.id2label is empty'
	);
});
