import { FocusState, type FocusedCell, type HeadChoice } from './FocusState.svelte.js';

/** What a notebook's cell keeps for itself, instead of what the page looks at. */
export interface CellChoice {
	/** Tokens of the cell's trace; a place beyond them is none of this cell's. */
	readonly tokens: number;
	readonly layer: number;
	readonly head: HeadChoice;
	/** The place that the cell was told to keep in sight. */
	readonly kept: FocusedCell | null;
}

/**
 * The focus as one cell of a notebook sees it: pointing and locking are everybody's, layer and head
 * are its own.
 */
export class CellFocus extends FocusState {
	readonly #page: FocusState;
	readonly #get: () => CellChoice;
	readonly #set: (choice: { layer: number } | { head: HeadChoice }) => void;

	constructor(
		page: FocusState,
		get: () => CellChoice,
		set: (choice: { layer: number } | { head: HeadChoice }) => void
	) {
		super();
		this.#page = page;
		this.#get = get;
		this.#set = set;
	}

	override get cell(): FocusedCell | null {
		return this.hovered ?? this.locked ?? this.#inside(this.#get().kept);
	}

	override get hovered(): FocusedCell | null {
		return this.#inside(this.#page.hovered);
	}

	override get locked(): FocusedCell | null {
		return this.#inside(this.#page.locked);
	}

	override get layer(): number {
		return this.#get().layer;
	}

	override get head(): HeadChoice {
		return this.#get().head;
	}

	override hover(cell: FocusedCell | null): void {
		this.#page.hover(cell);
	}

	override toggleLock(cell: FocusedCell): void {
		this.#page.toggleLock(cell);
	}

	override release(): boolean {
		return this.#page.release();
	}

	override selectLayer(layer: number): void {
		this.#set({ layer });
	}

	override selectHead(head: HeadChoice): void {
		this.#set({ head });
	}

	#inside(cell: FocusedCell | null): FocusedCell | null {
		if (!cell) return null;
		const { tokens } = this.#get();
		return cell.query < tokens && (cell.key ?? 0) < tokens ? cell : null;
	}
}
