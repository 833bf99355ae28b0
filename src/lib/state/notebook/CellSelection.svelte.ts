import type { NotebookState } from './NotebookState.svelte.js';

/** Which cell is selected, and whether keys go to it (command) or into its editor (edit). */
export class CellSelection {
	#id = $state<string | null>(null);
	#editing = $state(false);
	/** Where the menu of new cells is open; null if it is not. */
	#insertAt = $state<number | null>(null);
	readonly #notebook: NotebookState;

	/** The selected cell's id; the first cell's where none was selected or it is gone. */
	readonly id = $derived.by(() => {
		if (this.#id !== null && this.#notebook.cell(this.#id)) return this.#id;
		return this.#notebook.cells[0]?.id ?? null;
	});

	constructor(notebook: NotebookState) {
		this.#notebook = notebook;
	}

	get index(): number {
		return this.id === null ? -1 : this.#notebook.indexOf(this.id);
	}

	get insertAt(): number | null {
		return this.#insertAt;
	}

	isEditing(id: string): boolean {
		return this.#editing && this.id === id;
	}

	select(id: string): void {
		if (id !== this.id) this.#editing = false;
		this.#id = id;
	}

	selectAt(index: number): void {
		const { cells } = this.#notebook;
		const cell = cells[Math.min(Math.max(index, 0), cells.length - 1)];
		if (cell) this.select(cell.id);
	}

	/** Opens the editor of a cell. */
	edit(id: string): void {
		this.#id = id;
		this.#editing = !this.#notebook.isReader;
	}

	/** Back to command mode. */
	leave(): void {
		this.#editing = false;
	}

	openInsert(index: number): void {
		if (!this.#notebook.isReader) this.#insertAt = index;
	}

	closeInsert(): void {
		this.#insertAt = null;
	}
}
