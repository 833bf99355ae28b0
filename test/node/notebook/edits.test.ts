import { expect, test } from 'vitest';
import { createAttachment, hashesOf } from '../../../src/lib/notebook/attachments.js';
import { checkGraph } from '../../../src/lib/notebook/cellGraph.js';
import { cellKinds } from '../../../src/lib/notebook/cellSettings.js';
import {
	collapseCell,
	createCell,
	deleteCell,
	duplicateCell,
	editCell,
	editSettings,
	editTitle,
	insertCell,
	moveCell,
	renameCell,
	setRecording
} from '../../../src/lib/notebook/edits.js';
import { commit, createHistory, redo, undo } from '../../../src/lib/notebook/history.js';
import { toNotebook, type Notebook } from '../../../src/lib/notebook/notebook.js';
import { parseText } from '../../../src/lib/notebook/parseText.js';
import { serializeText } from '../../../src/lib/notebook/serializeText.js';
import { awkwardText, randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

const ids = ({ cells }: Notebook) => cells.map(({ id }) => id);
const notebook = toNotebook({
	cells: [
		{ id: 'prompt-1', kind: 'prompt' },
		{ id: 'attention-1', kind: 'attention', source: 'prompt-1' },
		{ id: 'prompt-2', kind: 'prompt' },
		{ id: 'c', kind: 'comparison', source: 'prompt-1', settings: { other: 'prompt-2' } }
	]
});

function randomEdit(random: () => number, before: Notebook): Notebook {
	const { cells } = before;
	const integer = (end: number) => Math.floor(random() * end);
	const cell = cells[integer(cells.length)];
	const kind = cellKinds[integer(cellKinds.length)];
	const index = integer(cells.length + 1);
	if (!cell || random() < 0.3) return insertCell(before, index, createCell(before, kind, index));
	const edits: (() => Notebook)[] = [
		() => deleteCell(before, cell.id),
		() => moveCell(before, cell.id, integer(cells.length + 4) - 2),
		() => duplicateCell(before, cell.id),
		() => collapseCell(before, cell.id, random() < 0.5),
		() => editCell(before, cell.id, { caption: awkwardText(random) }),
		() => editTitle(before, awkwardText(random)),
		() => renameCell(before, cell.id, `renamed-${integer(1_000_000)}`),
		() => (cell.recording ? setRecording(before, cell.id, null) : before),
		() =>
			cell.kind === 'prompt'
				? editSettings(before, cell.id, 'prompt', { pictures: cell.settings.pictures.slice(1) })
				: before
	];
	return edits[integer(edits.length)]();
}

test('after any edits the document is sound, and holds exactly the attachments it uses', async () => {
	const random = createRandom(31);
	for (let i = 0; i < 60; i++) {
		let current = await randomNotebook(random);
		for (let step = 0; step < 30; step++) {
			const frozen = serializeText(current);
			const next = randomEdit(random, current);
			expect(serializeText(current)).toBe(frozen);
			current = next;
			checkGraph(current.cells);
			const used = new Set(current.cells.flatMap(hashesOf));
			expect(new Set(current.attachments.keys())).toEqual(used);
		}
		expect(await parseText(serializeText(current))).toStrictEqual(current);
	}
});

test('undo leads back through every state to the first, redo to the last', async () => {
	const random = createRandom(32);
	for (let i = 0; i < 30; i++) {
		const first = await randomNotebook(random);
		let history = createHistory(first);
		const states = [first];
		for (let step = 0; step < 40; step++) {
			const next = randomEdit(random, history.present);
			if (next !== history.present) states.push(next);
			history = commit(history, next);
		}
		for (const state of states.slice(0, -1).reverse()) {
			history = undo(history);
			expect(history.present).toBe(state);
		}
		expect(undo(history)).toBe(history);
		for (const state of states.slice(1)) {
			history = redo(history);
			expect(history.present).toBe(state);
		}
		expect(redo(history)).toBe(history);
	}
});

test('typing is one step until a pause, another place or an undo', () => {
	const start = toNotebook({
		cells: [
			{ id: 'a', kind: 'prose' },
			{ id: 'b', kind: 'prose' }
		]
	});
	let history = createHistory(start);
	const type = (id: string, text: string, at: number) => {
		const next = editSettings(history.present, id, 'prose', { text });
		history = commit(history, next, { what: `text of ${id}`, at });
	};
	type('a', 'H', 0);
	type('a', 'He', 900);
	type('a', 'Hel', 1800);
	expect(history.past).toHaveLength(1);
	type('a', 'Hell', 2900);
	expect(history.past).toHaveLength(2);
	type('b', 'x', 2950);
	expect(history.past).toHaveLength(3);
	history = undo(history);
	type('b', 'y', 2960);
	expect(history.past).toHaveLength(3);
	expect(history.future).toEqual([]);
	history = undo(undo(undo(history)));
	expect(history.present).toBe(start);
});

test('an edit after undo forgets what was undone; one that changes nothing does not', () => {
	let history = commit(createHistory(notebook), editTitle(notebook, 'A'));
	history = undo(history);
	expect(commit(history, editTitle(history.present, ''))).toBe(history);
	history = commit(history, editTitle(history.present, 'B'));
	expect(redo(history).present.title).toBe('B');
});

test('a deleted source leaves its readers without one', () => {
	const after = deleteCell(deleteCell(notebook, 'prompt-1'), 'prompt-2');
	expect(after.cells.map(({ source }) => source)).toEqual([null, null]);
	expect(after.cells[1].settings).toMatchObject({ other: null });
});

test('a renamed source is followed by its readers', () => {
	const after = renameCell(renameCell(notebook, 'prompt-1', 'ask'), 'prompt-2', 'ask-again');
	expect(after.cells.map(({ source }) => source)).toEqual([null, 'ask', null, 'ask']);
	expect(after.cells[3].settings).toMatchObject({ other: 'ask-again' });
	expect(() => renameCell(notebook, 'prompt-1', 'prompt-2')).toThrow('two cells have the id');
});

test('a move counts the place without the cell, and stops at the ends', () => {
	expect(ids(moveCell(notebook, 'prompt-1', 2))).toEqual([
		'attention-1',
		'prompt-2',
		'prompt-1',
		'c'
	]);
	expect(ids(moveCell(notebook, 'c', -5))[0]).toBe('c');
	expect(moveCell(notebook, 'c', 99)).toBe(notebook);
});

test('a new cell reads the nearest fit cell above it, under a new id', () => {
	expect(createCell(notebook, 'mask', 2)).toMatchObject({ id: 'mask-1', source: 'prompt-1' });
	expect(createCell(notebook, 'attention', 4)).toMatchObject({
		id: 'attention-2',
		source: 'prompt-2'
	});
	expect(createCell(notebook, 'prose', 0).source).toBeNull();
	expect(ids(duplicateCell(notebook, 'prompt-1')).slice(0, 2)).toEqual(['prompt-1', 'prompt-3']);
});

test('what would break the document is refused', async () => {
	expect(() => editCell(notebook, 'attention-1', { source: 'c' })).toThrow('expected one of');
	expect(() => editCell(notebook, 'gone', {})).toThrow('there is no cell "gone"');
	expect(() => insertCell(notebook, 9, { id: 'x', kind: 'prose' })).toThrow('invalid index: 9');
	expect(() => editSettings(notebook, 'c', 'attention', {})).toThrow('of kind comparison');
	expect(() => editSettings(notebook, 'attention-1', 'attention', { layer: -1 })).toThrow('layer');
	const image = `sha256-${'0'.repeat(64)}`;
	const pictures = [{ image, name: 'a.png' }];
	expect(() => editSettings(notebook, 'prompt-1', 'prompt', { pictures })).toThrow(
		'which is not in the document'
	);
	const trace = await createAttachment('application/x-safetensors', Uint8Array.of(1));
	const [hash] = trace.keys();
	const asPicture = { pictures: [{ image: hash, name: '' }] };
	expect(() => editSettings(notebook, 'prompt-1', 'prompt', asPicture, trace)).toThrow(
		'cannot use sha256-'
	);
	const recorded = setRecording(
		notebook,
		'prompt-1',
		{ trace: hash, key: '0123456789abcdef' },
		trace
	);
	expect(recorded.attachments).toEqual(trace);
	expect(setRecording(recorded, 'prompt-1', null).attachments.size).toBe(0);
});
