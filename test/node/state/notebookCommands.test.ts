import { expect, test } from 'vitest';
import { parseNotebookAddress } from '../../../src/lib/state/notebook/notebookAddress.js';
import {
	toCellCommand,
	toEditCommand,
	type Key
} from '../../../src/lib/state/notebook/notebookCommands.js';

const press = (key: string, held: Partial<Key> = {}): Key => ({
	key,
	shiftKey: false,
	altKey: false,
	isControl: false,
	...held
});

test('letters are commands for a selected cell, and text in an editor', () => {
	for (const key of ['a', 'b', 'c', 'j', 'k', 'o', 'z', 'Enter', 'ArrowDown', '?']) {
		expect(toCellCommand(press(key), null)).not.toBeNull();
		expect(toEditCommand(press(key))).toBeNull();
	}
});

test('a cell is deleted by d twice only', () => {
	expect(toCellCommand(press('d'), null)).toBeNull();
	expect(toCellCommand(press('d'), 'd')).toBe('delete');
	expect(toCellCommand(press('d', { isControl: true }), 'd')).toBeNull();
});

test('running and history are the same in both modes', () => {
	const keys: [Key, string][] = [
		[press('Enter', { shiftKey: true }), 'runAndNext'],
		[press('Enter', { isControl: true }), 'run'],
		[press('Enter', { altKey: true }), 'runAndInsert'],
		[press('z', { isControl: true }), 'undo'],
		[press('Z', { isControl: true, shiftKey: true }), 'redo'],
		[press('y', { isControl: true }), 'redo']
	];
	for (const [key, command] of keys) {
		expect(toEditCommand(key)).toBe(command);
		expect(toCellCommand(key, null)).toBe(command);
	}
});

test('with Alt the arrows move the cell, with Control letters belong to the browser', () => {
	expect(toCellCommand(press('ArrowUp', { altKey: true }), null)).toBe('moveUp');
	expect(toCellCommand(press('ArrowDown', { altKey: true }), null)).toBe('moveDown');
	expect(toCellCommand(press('c', { isControl: true }), null)).toBeNull();
	expect(toCellCommand(press('toString'), null)).toBeNull();
});

test('the address tells a kept notebook, a bundled one and one in the link apart', () => {
	expect(parseNotebookAddress('')).toEqual({ kind: 'list' });
	expect(parseNotebookAddress('#id=abc')).toEqual({ kind: 'open', id: 'abc' });
	expect(parseNotebookAddress('#bundled=step-by-step')).toEqual({
		kind: 'bundled',
		slug: 'step-by-step'
	});
	expect(parseNotebookAddress('#notebook=1.AA').kind).toBe('link');
	expect(parseNotebookAddress('#cells')).toEqual({ kind: 'list' });
});
