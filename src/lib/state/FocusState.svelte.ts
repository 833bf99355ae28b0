/** A place in the model's attention that all pictures share. Query and key are positions. */
export interface FocusedCell {
	readonly query: number;
	/** Null when only a query is pointed at, as in the token strip. */
	readonly key: number | null;
}

export type HeadChoice = number | 'mean';

/** What all pictures look at. Pointing previews, clicking locks, Esc releases. */
export class FocusState {
	#hovered = $state.raw<FocusedCell | null>(null);
	#locked = $state.raw<FocusedCell | null>(null);
	#layer = $state(0);
	#head = $state.raw<HeadChoice>(0);

	/** Hovered, else locked, else null. */
	get cell(): FocusedCell | null {
		return this.#hovered ?? this.#locked;
	}

	get hovered(): FocusedCell | null {
		return this.#hovered;
	}

	get locked(): FocusedCell | null {
		return this.#locked;
	}

	get layer(): number {
		return this.#layer;
	}

	get head(): HeadChoice {
		return this.#head;
	}

	hover(cell: FocusedCell | null): void {
		const old = this.#hovered;
		if (old?.query === cell?.query && old?.key === cell?.key) return;
		this.#hovered = cell;
	}

	/** Locks a cell; the locked one, clicked again, is released. */
	toggleLock(cell: FocusedCell): void {
		const same = this.#locked?.query === cell.query && this.#locked.key === cell.key;
		this.#locked = same ? null : cell;
		this.#hovered = null;
	}

	/** True if there was something to release. */
	release(): boolean {
		const held = this.#locked !== null || this.#hovered !== null;
		this.#locked = null;
		this.#hovered = null;
		return held;
	}

	selectLayer(layer: number): void {
		this.#layer = layer;
	}

	selectHead(head: HeadChoice): void {
		this.#head = head;
	}

	/** Lets go of what another trace no longer has. */
	fit({ tokens, layers, heads }: { tokens: number; layers: number; heads: number }): void {
		const inside = (cell: FocusedCell) => cell.query < tokens && (cell.key ?? 0) < tokens;
		if (this.#locked && !inside(this.#locked)) this.#locked = null;
		if (this.#hovered && !inside(this.#hovered)) this.#hovered = null;
		if (this.#layer >= layers) this.#layer = layers - 1;
		if (this.#head !== 'mean' && this.#head >= heads) this.#head = 0;
	}
}
