import { expect, expectTypeOf, test } from 'vitest';
import { cellKinds } from '../../../src/lib/notebook/cellSettings.js';
import { kindTitles, toCellTitle } from '../../../src/lib/notebook/cellTitle.js';
import {
	toCell,
	toNotebook,
	toPrompt,
	type CellInput,
	type CellSettings
} from '../../../src/lib/notebook/notebook.js';
import { cellRoles } from '../../../src/lib/notebook/cellRoles.js';
import type { Prompt } from '../../../src/lib/rpc/services.js';

test('every kind of cell can be made from its id and kind alone, and resolving it again changes nothing', () => {
	for (const kind of cellKinds) {
		const cell = toCell({ id: 'a', kind } as CellInput);
		expect(toCell(cell)).toEqual(cell);
		expect(Object.values(cell.settings)).not.toContain(undefined);
	}
	const notebook = toNotebook({ cells: [{ id: 'a', kind: 'prose' }] });
	expect(toNotebook(notebook)).toEqual(notebook);
});

test('the resolved settings have no gaps, the written ones have', () => {
	expectTypeOf<CellSettings<'attention'>['layer']>().toEqualTypeOf<number>();
	expectTypeOf<CellSettings<'mask'>['head']>().toEqualTypeOf<number | null>();
	expectTypeOf<{ id: string; kind: 'mask' }>().toExtend<CellInput>();
});

test('a prompt cell stands for the prompt of its template', () => {
	const messages: Extract<Prompt, { kind: 'chat' }>['messages'] = [
		{ role: 'user', content: [{ type: 'image' }, { type: 'text', text: 'What is this?' }] }
	];
	const { settings } = toCell({
		id: 'a',
		kind: 'prompt',
		settings: { text: 'plain', messages: structuredClone(messages) as never }
	}) as Extract<ReturnType<typeof toCell>, { kind: 'prompt' }>;
	expect(toPrompt(settings)).toEqual({ kind: 'chat', messages });
	expect(toPrompt({ ...settings, template: 'plain' })).toEqual({ kind: 'plain', text: 'plain' });
});

test('only cells that run the model wait for Run', () => {
	const waiting = cellKinds.filter((kind) => cellRoles[kind].runsModel);
	expect(waiting).toEqual(['prompt', 'generation', 'classification']);
});

test('every kind has a title of its own, and a cell says what it shows', () => {
	expect(new Set(Object.values(kindTitles)).size).toBe(cellKinds.length);
	const cell = toCell({ id: 'a', kind: 'attention', source: 'ask', settings: { layer: 5 } });
	expect(toCellTitle(cell)).toBe('Attention · layer 5 · head mean · from ask');
	expect(toCellTitle(toCell({ id: 'b', kind: 'mask' }))).toBe('Mask · layer 0');
});
