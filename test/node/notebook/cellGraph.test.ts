import { expect, test } from 'vitest';
import {
	checkGraph,
	dependentsOf,
	findGraphProblems,
	toRunOrder
} from '../../../src/lib/notebook/cellGraph.js';
import { sourcesOf } from '../../../src/lib/notebook/cellRoles.js';
import { toCell, type Cell, type CellInput } from '../../../src/lib/notebook/notebook.js';
import { randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

const cells = (...inputs: CellInput[]): Cell[] => inputs.map((input) => toCell(input));

test('two cells of one id are refused by name, once', () => {
	const doubled = cells(
		{ id: 'a', kind: 'prose' },
		{ id: 'a', kind: 'prompt' },
		{ id: 'a', kind: 'prose' }
	);
	expect(findGraphProblems(doubled)).toEqual([
		{
			kind: 'duplicateId',
			cells: ['a'],
			message: 'two cells have the id "a": give one of them another'
		}
	]);
	expect(() => checkGraph(doubled)).toThrow('"a"');
});

test('a missing source is refused by name', () => {
	expect(() => checkGraph(cells({ id: 'm', kind: 'mask', source: 'gone' }))).toThrow(
		'cell "m" has the source "gone", which does not exist'
	);
	expect(() =>
		checkGraph(cells({ id: 'c', kind: 'comparison', settings: { other: 'gone' } }))
	).toThrow('"gone"');
});

test('a source of the wrong kind is refused with the kinds that fit', () => {
	const wrong = cells({ id: 'p', kind: 'prose' }, { id: 'm', kind: 'mask', source: 'p' });
	expect(() => checkGraph(wrong)).toThrow('expected one of: prompt, generation');
	const proseWithSource = cells(
		{ id: 'p', kind: 'prompt' },
		{ id: 't', kind: 'prose', source: 'p' }
	);
	expect(() => checkGraph(proseWithSource)).toThrow('expected no source');
});

test('a circle of any length is refused, its cells in order', () => {
	for (const length of [1, 2, 3, 50, 900]) {
		const circle = Array.from({ length }, (_, i) =>
			toCell({ id: `g${i}`, kind: 'generation', source: `g${(i + 1) % length}` })
		);
		const lead = toCell({ id: 'lead', kind: 'attention', source: 'g0' });
		const problem = findGraphProblems([lead, ...circle]).find(({ kind }) => kind === 'cycle')!;
		expect(problem.cells).toHaveLength(length);
		problem.cells.forEach((id, i) => {
			const next = problem.cells[(i + 1) % length];
			expect(sourcesOf(circle.find((cell) => cell.id === id)!)).toContain(next);
		});
		expect(() => toRunOrder(circle)).toThrow('circle: "g');
	}
});

test('a recording in a cell that runs no model is refused', () => {
	const recording = { trace: `sha256-${'0'.repeat(64)}`, key: '0123456789abcdef' };
	expect(() => checkGraph(cells({ id: 'a', kind: 'prose', recording }))).toThrow('recording');
});

test('every cell runs once, after its sources, otherwise in page order', async () => {
	const random = createRandom(11);
	for (let i = 0; i < 200; i++) {
		const notebook = await randomNotebook(random, 30);
		const order = toRunOrder(notebook.cells).map(({ id }) => id);
		expect([...order].sort()).toEqual(notebook.cells.map(({ id }) => id).sort());
		for (const cell of notebook.cells) {
			for (const source of sourcesOf(cell)) {
				expect(order.indexOf(source)).toBeLessThan(order.indexOf(cell.id));
			}
		}
		const free = notebook.cells.filter((cell) => sourcesOf(cell).length === 0);
		const isUnread = ({ id }: Cell) => dependentsOf(notebook.cells, id).length === 0;
		const alone = free.filter(isUnread).map(({ id }) => id);
		expect(order.filter((id) => alone.includes(id))).toEqual(alone);
	}
});

test('dependents are found through other cells, above and below', () => {
	const chain = cells(
		{ id: 'view', kind: 'attention', source: 'more' },
		{ id: 'ask', kind: 'prompt' },
		{ id: 'more', kind: 'generation', source: 'ask' },
		{ id: 'other', kind: 'prompt' }
	);
	expect(dependentsOf(chain, 'ask')).toEqual(['view', 'more']);
	expect(dependentsOf(chain, 'other')).toEqual([]);
});

test('a long chain is ordered without recursion', () => {
	const chain = Array.from({ length: 1000 }, (_, i) =>
		toCell({ id: `g${i}`, kind: 'generation', source: i < 999 ? `g${i + 1}` : null })
	);
	expect(toRunOrder(chain).map(({ id }) => id)).toEqual(chain.map(({ id }) => id).reverse());
});
