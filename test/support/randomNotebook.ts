import { createAttachment } from '../../src/lib/notebook/attachments.js';
import { cellRoles } from '../../src/lib/notebook/cellRoles.js';
import { cellKinds, type CellKind } from '../../src/lib/notebook/cellSettings.js';
import {
	toNotebook,
	type Attachment,
	type Attachments,
	type CellInput,
	type Notebook
} from '../../src/lib/notebook/notebook.js';
import { randomText } from './randomText.js';

type Random = () => number;

const integer = (random: Random, end: number) => Math.floor(random() * end);
const pick = <T>(random: Random, values: readonly T[]): T => values[integer(random, values.length)];
const maybe = <T>(random: Random, make: () => T): T | null => (random() < 0.5 ? null : make());

/** Text that a text format could trip over: markers, blank ends, lone surrogates, line ends. */
export function awkwardText(random: Random): string {
	const pieces = [
		() => randomText(random, 30),
		() => pick(random, ['\n', '\n\n', '\r\n', '\r', '\t', ' ', '\u2028', '\ufeff', '\0', '\x7f']),
		() =>
			pick(random, ['%% prose a', '\\%% x', '\\\\%%', '%%', '%', '</script>', '<!--', '&lt;', '&']),
		() =>
			pick(random, ['\ud800', '\udc00x', 'text: "a"', ']', '[', '{', '"', '\\', '---', '$$x^2$$'])
	];
	return Array.from({ length: integer(random, 8) }, () => pick(random, pieces)()).join('');
}

const range = (random: Random) => {
	const start = integer(random, 100);
	return { start, end: start + integer(random, 50) };
};

function randomSettings(
	random: Random,
	kind: CellKind,
	images: readonly string[],
	sources: string[]
) {
	const layer = integer(random, 1000);
	const head = pick(random, [integer(random, 16), 'mean', 'max'] as const);
	const real = (end: number) => random() * end;
	const panAndScan = {
		doPanAndScan: maybe(random, () => random() < 0.5),
		panAndScanMinCropSize: maybe(random, () => 1 + integer(random, 900)),
		panAndScanMaxNumCrops: maybe(random, () => 1 + integer(random, 8)),
		panAndScanMinRatioToActivate: maybe(random, () => real(3))
	};
	const message = () => ({
		role: pick(random, ['system', 'user', 'assistant'] as const),
		content:
			random() < 0.5
				? awkwardText(random)
				: [{ type: 'text' as const, text: awkwardText(random) }, { type: 'image' as const }]
	});
	const edit = () => ({
		layer,
		...(random() < 0.5 ? { head: integer(random, 16) } : {}),
		queries: range(random),
		keys: range(random),
		open: random() < 0.5
	});
	const some = <T>(make: () => T) => Array.from({ length: integer(random, 4) }, make);
	const query = maybe(random, () => integer(random, 100));
	const all: { [K in CellKind]: Extract<CellInput, { kind: K }>['settings'] } = {
		prose: { text: awkwardText(random) },
		prompt: {
			template: pick(random, ['chat', 'plain']),
			text: awkwardText(random),
			messages: some(message),
			pictures: some(() => ({ image: pick(random, images), name: awkwardText(random) })),
			...panAndScan,
			maskRule: pick(random, ['5.17', '4.56']),
			edits: some(edit),
			showTemplate: random() < 0.5
		},
		tokens: { showIds: random() < 0.5, showWhitespace: random() < 0.5 },
		mask: { layer, head: maybe(random, () => integer(random, 16)) },
		slidingWindow: {
			slidingWindow: maybe(random, () => 1 + integer(random, 4096)),
			maskRule: null
		},
		panAndScan: { picture: integer(random, 4), ...panAndScan },
		attention: { layer, head, query, view: 'lines', scale: 'log', hideFirst: random() < 0.5 },
		imageAttention: { layer, head, query, image: maybe(random, () => integer(random, 5)) },
		hiddenStates: { layer, view: 'similarity', position: query },
		logitLens: { k: 1 + integer(random, 20), positions: maybe(random, () => range(random)) },
		generation: { temperature: real(2), topP: random(), seed: integer(random, 2 ** 32) },
		classification: { k: 1 + integer(random, 9) },
		configuration: { section: pick(random, ['all', 'text', 'vision']) },
		comparison: { other: maybe(random, () => pick(random, sources)), layer, head }
	};
	return all[kind];
}

async function randomAttachment(random: Random, mediaType: Attachment['mediaType']) {
	const bytes = Uint8Array.from({ length: integer(random, 400) }, () => integer(random, 256));
	return createAttachment(mediaType, bytes);
}

/** A sound document of up to `maxCells` cells of every kind, with pictures and recordings. */
export async function randomNotebook(random: Random, maxCells = 12): Promise<Notebook> {
	const images = await Promise.all(
		[0, 1, 2].map(() => randomAttachment(random, pick(random, ['image/png', 'image/jpeg'])))
	);
	const traces = await Promise.all(
		[0, 1].map(() => randomAttachment(random, 'application/x-safetensors'))
	);
	const hashes = (attachments: readonly Attachments[]) => attachments.flatMap((a) => [...a.keys()]);
	const cells: CellInput[] = [];
	for (let i = integer(random, maxCells + 1); i > 0; i--) {
		const kind = pick(random, cellKinds);
		const { sources, runsModel } = cellRoles[kind];
		const possible = cells.filter((cell) => sources.includes(cell.kind)).map(({ id }) => id);
		const settings = randomSettings(random, kind, hashes(images), possible);
		if (settings && 'other' in settings) settings.other ??= null;
		cells.push({
			id: `${kind}-${cells.length}`,
			kind,
			source: possible.length > 0 ? maybe(random, () => pick(random, possible)) : null,
			caption: random() < 0.3 ? awkwardText(random) : '',
			collapsed: random() < 0.2,
			recording:
				runsModel && random() < 0.5
					? { trace: pick(random, hashes(traces)), key: 'ab01cd23ef456789' }
					: null,
			settings
		} as CellInput);
	}
	// Sources below their dependents are sound too.
	if (random() < 0.3) cells.reverse();
	const used = JSON.stringify(cells);
	const attachments = new Map(
		[...images, ...traces]
			.flatMap((attachment) => [...attachment])
			.filter(([hash]) => used.includes(hash))
			.sort(([a], [b]) => (a < b ? -1 : 1))
	);
	return toNotebook({ title: awkwardText(random), model: 'gemma3-mini', cells, attachments });
}
