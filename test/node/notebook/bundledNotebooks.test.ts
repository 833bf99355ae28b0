import { readFileSync, statSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyAttachments } from '../../../src/lib/notebook/attachments.js';
import { checkGraph } from '../../../src/lib/notebook/cellGraph.js';
import { toCellKeys, toRecordedKeys } from '../../../src/lib/notebook/cellKeys.js';
import { runsModel } from '../../../src/lib/notebook/cellRoles.js';
import { toNotebook, type CellOf, type Notebook } from '../../../src/lib/notebook/notebook.js';
import { parseText } from '../../../src/lib/notebook/parseText.js';
import { serializeText } from '../../../src/lib/notebook/serializeText.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { toRunRequest } from '../../../src/lib/state/notebook/runRequest.js';
import { ModelService } from '../../../workers/inferenceService.js';
import { bundledSources } from '../../support/notebooks/bundled.js';
import { findFalseClaims, openRecording } from '../../support/notebooks/checkClaims.js';
import { samplePicture, toPictureAttachments } from '../../support/notebooks/notebookSource.js';

const folder = 'static/notebooks';
const name = 'gemma3-mini';

const read = (slug: string) => readFileSync(`${folder}/${slug}.txt`, 'utf8');

test('the list names the bundled notebooks', () => {
	const list: unknown = JSON.parse(readFileSync(`${folder}/index.json`, 'utf8'));
	expect(list).toEqual(
		bundledSources.map(({ slug, title, summary }) => ({
			slug,
			title,
			summary,
			file: `${slug}.txt`
		}))
	);
});

describe.each(bundledSources)('“$title”', (source) => {
	let notebook: Notebook;

	beforeAll(async () => {
		notebook = await parseText(read(source.slug));
	});

	test('is read, is small, and is written as it was read', async () => {
		checkGraph(notebook.cells);
		await verifyAttachments(notebook);
		expect(serializeText(notebook)).toBe(read(source.slug));
		expect(statSync(`${folder}/${source.slug}.txt`).size).toBeLessThan(450_000);
	});

	test('is what its source says: record it again after a change', () => {
		const { title, cells } = source;
		const attachments = toPictureAttachments(source);
		const expected = toNotebook({ title, model: name, cells: [...cells], attachments });
		expect({ ...notebook, attachments: null }).toEqual({
			...expected,
			cells: expected.cells.map((cell, i) => ({
				...cell,
				recording: notebook.cells[i]?.recording ?? null
			})),
			attachments: null
		});
	});

	test('has a current recording of every cell that runs the model, by the embedded one', () => {
		const keys = toCellKeys(notebook);
		const ids = notebook.cells.filter(runsModel).map(({ id }) => id);
		expect(toRecordedKeys(notebook)).toEqual(new Map(ids.map((id) => [id, keys.get(id)])));
		for (const id of ids) expect(openRecording(notebook, id).model.name).toBe(name);
	});

	test('says what its recordings show', async () => {
		expect(source.claims.length).toBeGreaterThan(0);
		expect(await findFalseClaims(source, notebook)).toEqual([]);
	});
});

describe('what a reader is told to try comes out as told', () => {
	const service = new ModelService({ loadOrt: async () => ort, openSource: directorySource });

	beforeAll(async () => {
		ort.env.wasm.numThreads = 1;
		const source = { kind: 'url' as const, url: `static/models/${name}` };
		await service.load({ source, name, device: 'wasm' });
	});

	afterAll(() => service.dispose());

	async function readPrompt(slug: string, id: string) {
		const { cells, attachments } = await parseText(read(slug));
		return { cell: cells.find((cell) => cell.id === id) as CellOf<'prompt'>, attachments };
	}

	/** A prompt of a bundled notebook with other settings, as a run. */
	async function run(slug: string, id: string, settings: Partial<CellOf<'prompt'>['settings']>) {
		const { cell, attachments } = await readPrompt(slug, id);
		const changed = { ...cell, settings: { ...cell.settings, ...settings } };
		const square = samplePicture('three-shapes.png');
		const picture = { mediaType: 'image/png' as const, bytes: square.bytes };
		const all = new Map([...attachments, [square.image, picture] as const]);
		return service.run(toRunRequest(changed, all));
	}

	async function next(...args: Parameters<typeof run>): Promise<string> {
		const summary = await run(...args);
		const position = summary.tokens.length - 1;
		const [{ text, probability }] = await service.topLogits(summary.id, { position, k: 1 });
		await service.release(summary.id);
		return `${text} ${(100 * probability).toFixed(1)}`;
	}

	async function answer(
		sampling: Parameters<typeof service.startGeneration>[0]['sampling'],
		seed: number,
		...args: Parameters<typeof run>
	): Promise<string> {
		const summary = await run(...args);
		const { id } = await service.startGeneration({
			runId: summary.id,
			sampling,
			seed,
			maxNewTokens: 60
		});
		const { steps } = await service.stepGeneration({ id, count: Infinity });
		await service.endGeneration(id);
		await service.release(summary.id);
		return steps.map(({ token }) => token.text).join('');
	}

	const edits = async (slug: string, id: string) =>
		(await readPrompt(slug, id)).cell.settings.edits;

	test('of layers 5 and 11, layer 5 carries the fact; what the window holds needs neither', async () => {
		const [five, eleven] = await edits('local-and-global-layers', 'closed');
		expect(await next('local-and-global-layers', 'closed', { edits: [five] })).toMatch(/ lamp/);
		expect(await next('local-and-global-layers', 'closed', { edits: [eleven] })).toMatch(/ hat/);
		const { cell } = await readPrompt('local-and-global-layers', 'closed');
		const text = cell.settings.text
			.replace('What does Carl', 'What does Zoe')
			.replace(/Carl has a$/, 'Zoe has a');
		expect(await next('local-and-global-layers', 'closed', { text })).toMatch(/ kite/);
	});

	test('the cup may be closed in any layer but 5', async () => {
		const [edit] = await edits('what-the-mask-forbids', 'closed');
		for (const layer of [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]) {
			const changed = { edits: [{ ...edit, layer }] };
			expect(await next('what-the-mask-forbids', 'closed', changed)).toBe(' cup 100.0');
		}
	});

	test('of a hidden picture nothing comes through', async () => {
		const { image, name } = samplePicture('three-shapes.png');
		const pictures = [{ image, name }];
		expect(await next('what-the-mask-forbids', 'hidden', { pictures })).toBe('P 60.2');
		expect(await next('what-the-mask-forbids', 'picture', { maskRule: '4.56' })).toBe('R 100.0');
	});

	test('two crops are too few, and the question may be put otherwise', async () => {
		const crops = ['pan-and-scan', 'crops'] as const;
		const greedy = { doSample: false };
		const two = await answer(greedy, 0, ...crops, { panAndScanMaxNumCrops: 2 });
		expect(two).not.toContain('4720');
		const messages = [
			{
				role: 'user' as const,
				content: [{ type: 'image' as const }, { type: 'text' as const, text: 'Read the number.' }]
			}
		];
		expect(await answer(greedy, 0, ...crops, { messages })).toContain('4720');
	});

	test('a minimum probability makes a hot story whole', async () => {
		const hot = { doSample: true, temperature: 2, topK: 0, topP: 1, minP: 0.1 };
		expect(await answer(hot, 7, 'step-by-step', 'prompt', {})).toMatch(
			/^(Once|There) [A-Za-z .]+\.<end_of_turn>$/
		);
	});

	test('one of two heads finds the square alone', async () => {
		const [first] = await edits('where-does-it-look', 'blind');
		expect(await next('where-does-it-look', 'blind', { edits: [first] })).toMatch(/^B/);
	});
});
