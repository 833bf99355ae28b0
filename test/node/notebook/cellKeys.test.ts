import { expect, test } from 'vitest';
import { runsModel } from '../../../src/lib/notebook/cellRoles.js';
import { dependentsOf } from '../../../src/lib/notebook/cellGraph.js';
import {
	toCellKeys,
	toFreshness,
	toKey,
	toRecordedKeys,
	toRunPlan
} from '../../../src/lib/notebook/cellKeys.js';
import {
	deleteCell,
	editCell,
	editModel,
	editSettings,
	insertCell
} from '../../../src/lib/notebook/edits.js';
import { toNotebook, type Notebook } from '../../../src/lib/notebook/notebook.js';
import { randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

const notebook = toNotebook({
	cells: [
		{ id: 'intro', kind: 'prose', settings: { text: 'Look.' } },
		{ id: 'ask', kind: 'prompt', settings: { messages: [{ role: 'user', content: 'Hi' }] } },
		{ id: 'attend', kind: 'attention', source: 'ask' },
		{ id: 'more', kind: 'generation', source: 'ask' },
		{ id: 'lens', kind: 'logitLens', source: 'more' },
		{ id: 'window', kind: 'slidingWindow' },
		{ id: 'loose', kind: 'mask' }
	]
});

const stale = (after: Notebook, results = toCellKeys(notebook)) =>
	[...toFreshness(after, results)].filter(([, state]) => state === 'stale').map(([id]) => id);
const ids = (cells: readonly { id: string }[]) => cells.map(({ id }) => id);

test('a prompt that changes makes stale what reads it, and nothing else', () => {
	const messages = [{ role: 'user' as const, content: 'Ho' }];
	expect(stale(editSettings(notebook, 'ask', 'prompt', { messages }))).toEqual([
		'ask',
		'attend',
		'more',
		'lens'
	]);
	expect(stale(editSettings(notebook, 'more', 'generation', { seed: 7 }))).toEqual([
		'more',
		'lens'
	]);
	expect(stale(editSettings(notebook, 'attend', 'attention', { layer: 1 }))).toEqual(['attend']);
	expect(stale(editModel(notebook, 'another'))).toEqual([
		'intro',
		'ask',
		'attend',
		'more',
		'lens',
		'window'
	]);
});

test('what does not change the result makes nothing stale', () => {
	expect(stale(editSettings(notebook, 'ask', 'prompt', { showTemplate: true }))).toEqual([]);
	expect(stale(editSettings(notebook, 'ask', 'prompt', { text: 'unused' }))).toEqual([]);
	expect(stale(editCell(notebook, 'ask', { caption: 'Ask', collapsed: true }))).toEqual([]);
	const cell = { id: 'label', kind: 'classification', source: 'ask' } as const;
	const classified = insertCell(notebook, 7, cell);
	const more = editSettings(classified, 'label', 'classification', { k: 1 });
	expect(stale(more, toCellKeys(classified))).toEqual([]);
});

test('an edit that is taken back makes nothing stale', () => {
	const there = editSettings(notebook, 'more', 'generation', { seed: 7 });
	expect(stale(editSettings(there, 'more', 'generation', { seed: 0 }))).toEqual([]);
});

test('a cell without a source that it needs is unbound, one without a result empty', () => {
	expect(toFreshness(notebook, new Map()).get('loose')).toBe('unbound');
	expect(toFreshness(notebook, new Map()).get('ask')).toBe('empty');
	const without = deleteCell(notebook, 'ask');
	expect(toFreshness(without, toCellKeys(notebook)).get('attend')).toBe('unbound');
});

test('cheap cells run at once, over the results that exist; others wait', () => {
	const results = new Map(toCellKeys(notebook));
	expect(ids(toRunPlan(notebook, results, 'cheap'))).toEqual([]);
	const viewed = editSettings(notebook, 'attend', 'attention', { layer: 3 });
	expect(ids(toRunPlan(viewed, results, 'cheap'))).toEqual(['attend']);
	// The prompt's result is old, so what reads it has nothing new to show.
	const messages = [{ role: 'user' as const, content: 'Ho' }];
	const asked = editSettings(viewed, 'ask', 'prompt', { messages });
	expect(ids(toRunPlan(asked, results, 'cheap'))).toEqual(['attend']);
	results.set('ask', toKey(asked.cells[1], asked.model, results)!);
	expect(ids(toRunPlan(asked, results, 'cheap'))).toEqual(['attend']);
	expect(ids(toRunPlan(notebook, new Map(), 'cheap'))).toEqual(['intro', 'window']);
});

test('Run stale takes what is stale, Run all what can run, a cell what it needs', () => {
	const results = toCellKeys(notebook);
	const changed = editSettings(notebook, 'more', 'generation', { seed: 7 });
	expect(ids(toRunPlan(changed, results, 'stale'))).toEqual(['more', 'lens']);
	expect(ids(toRunPlan(changed, results, 'all'))).toEqual(
		ids(notebook.cells).filter((id) => id !== 'loose')
	);
	expect(ids(toRunPlan(changed, results, { cell: 'lens' }))).toEqual(['more', 'lens']);
	expect(ids(toRunPlan(changed, results, { cell: 'attend' }))).toEqual(['attend']);
	expect(ids(toRunPlan(changed, new Map(), { cell: 'lens' }))).toEqual(['ask', 'more', 'lens']);
});

test('running the plan, in its order, leaves nothing stale', async () => {
	const random = createRandom(21);
	for (let i = 0; i < 200; i++) {
		const before = await randomNotebook(random, 20);
		const after = editModel(before, 'another');
		const results = new Map(toCellKeys(before));
		for (const cell of toRunPlan(after, results, 'stale')) {
			results.set(cell.id, toKey(cell, after.model, results)!);
		}
		const states = new Set(toFreshness(after, results).values());
		expect(states.has('stale') || states.has('empty')).toBe(false);
		expect(toRunPlan(after, results, 'stale')).toEqual([]);
		expect(toRunPlan(after, results, 'cheap').filter((cell) => runsModel(cell))).toEqual([]);
	}
});

test('different inputs have different keys', () => {
	const keys = new Set<string>();
	for (let seed = 0; seed < 20_000; seed++) {
		const changed = editSettings(notebook, 'more', 'generation', { seed });
		keys.add(toKey(changed.cells[3], 'm', new Map([['ask', 'k']]))!);
	}
	expect(keys.size).toBe(20_000);
	expect([...keys].every((key) => /^[0-9a-f]{16}$/.test(key))).toBe(true);
});

test('what becomes stale is exactly the cell and its dependents', async () => {
	const random = createRandom(22);
	let checked = 0;
	while (checked < 50) {
		const before = await randomNotebook(random, 20);
		const cell = before.cells.find(({ kind }) => kind === 'generation');
		if (cell?.kind !== 'generation' || cell.source === null) continue;
		checked++;
		const seed = (cell.settings.seed + 1) % 2 ** 32;
		const after = editSettings(before, cell.id, 'generation', { seed });
		const expected = [cell.id, ...dependentsOf(before.cells, cell.id)];
		const keys = toCellKeys(before);
		expect(stale(after, keys).sort()).toEqual(expected.filter((id) => keys.has(id)).sort());
	}
});

test('recorded results bring their keys', () => {
	const recording = { trace: `sha256-${'0'.repeat(64)}`, key: '0123456789abcdef' };
	const cells = notebook.cells.map((cell) => (cell.id === 'ask' ? { ...cell, recording } : cell));
	expect(toRecordedKeys({ cells })).toEqual(new Map([['ask', '0123456789abcdef']]));
});
