/** What keys do to a selected cell: Jupyter's, where it has them. */
export type NotebookCommand =
	| 'edit'
	| 'leave'
	| 'run'
	| 'runAndNext'
	| 'runAndInsert'
	| 'previous'
	| 'next'
	| 'first'
	| 'last'
	| 'moveUp'
	| 'moveDown'
	| 'insertAbove'
	| 'insertBelow'
	| 'delete'
	| 'duplicate'
	| 'collapse'
	| 'undo'
	| 'redo'
	| 'present'
	| 'keys';

export interface Key {
	readonly key: string;
	readonly shiftKey: boolean;
	readonly altKey: boolean;
	/** Control, or Command. */
	readonly isControl: boolean;
}

/** Keys while something is typed: those that leave or run. */
export function toEditCommand({ key, shiftKey, altKey, isControl }: Key): NotebookCommand | null {
	if (key === 'Escape') return 'leave';
	if (key === 'Enter' && shiftKey) return 'runAndNext';
	if (key === 'Enter' && isControl) return 'run';
	if (key === 'Enter' && altKey) return 'runAndInsert';
	if (isControl && !altKey && key.toLowerCase() === 'z') return shiftKey ? 'redo' : 'undo';
	if (isControl && !altKey && key.toLowerCase() === 'y') return 'redo';
	return null;
}

const plain: Readonly<Record<string, NotebookCommand>> = {
	Enter: 'edit',
	ArrowUp: 'previous',
	k: 'previous',
	ArrowDown: 'next',
	j: 'next',
	Home: 'first',
	End: 'last',
	a: 'insertAbove',
	b: 'insertBelow',
	c: 'duplicate',
	o: 'collapse',
	z: 'undo',
	Z: 'redo',
	p: 'present',
	'?': 'keys',
	h: 'keys'
};

/**
 * Keys while a cell is selected and nothing is typed.
 *
 * @param before the key before, pressed just now: `d` twice deletes
 */
export function toCellCommand(pressed: Key, before: string | null): NotebookCommand | null {
	const { key, altKey, isControl } = pressed;
	if (altKey && key === 'ArrowUp') return 'moveUp';
	if (altKey && key === 'ArrowDown') return 'moveDown';
	if (key !== 'Escape') {
		const command = toEditCommand(pressed);
		if (command) return command;
	}
	if (altKey || isControl) return null;
	if (key === 'd' && before === 'd') return 'delete';
	return Object.hasOwn(plain, key) ? plain[key] : null;
}

/** For the list of keys. */
export const commandKeys: readonly (readonly [keys: string, meaning: string])[] = [
	['⏎', 'edit the selected cell'],
	['Esc', 'out of the editor, back to the cell'],
	['⇧ ⏎', 'run the cell, go to the next'],
	['Ctrl ⏎', 'run the cell, stay'],
	['Alt ⏎', 'run the cell, add one below'],
	['↑ ↓', 'previous, next cell (also k, j)'],
	['Home End', 'first, last cell'],
	['a b', 'add a cell above, below'],
	['d d', 'delete the cell'],
	['c', 'duplicate the cell'],
	['o', 'fold or unfold the cell'],
	['Alt ↑ ↓', 'move the cell up, down'],
	['z', 'undo (in an editor Ctrl Z)'],
	['⇧ z', 'redo (in an editor Ctrl ⇧ Z)'],
	['p', 'present: ← → walk the cells, Esc ends'],
	['?', 'this list']
];
