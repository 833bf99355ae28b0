/** Pixels from an edge of the window within which a dragged cell scrolls the page. */
const edge = 80;

/** A cell that is dragged by its handle to another place. */
export class CellDrag {
	#id = $state<string | null>(null);
	/** It would stand before the cell of this index. */
	#index = $state(0);
	readonly #onDrop: (id: string, index: number) => void;

	/** @param onDrop gets the index that the cell is to have, counted without it */
	constructor(onDrop: (id: string, index: number) => void) {
		this.#onDrop = onDrop;
	}

	get id(): string | null {
		return this.#id;
	}

	get index(): number {
		return this.#index;
	}

	start(id: string, event: PointerEvent): void {
		if (event.button !== 0) return;
		event.preventDefault();
		const handle = event.currentTarget as HTMLElement;
		handle.setPointerCapture(event.pointerId);
		const cells = [...document.querySelectorAll<HTMLElement>('#cells [data-cell]')];
		const from = cells.findIndex((cell) => cell.dataset.cell === id);
		this.#id = id;
		this.#index = from;
		const move = ({ clientY }: PointerEvent) => {
			if (clientY < edge) scrollBy(0, -16);
			if (clientY > innerHeight - edge) scrollBy(0, 16);
			const below = cells.findIndex((cell) => {
				const { top, height } = cell.getBoundingClientRect();
				return clientY < top + height / 2;
			});
			this.#index = below < 0 ? cells.length : below;
		};
		const end = ({ type }: Event) => {
			handle.removeEventListener('pointermove', move);
			removeEventListener('keydown', cancel, true);
			const index = this.#index > from ? this.#index - 1 : this.#index;
			this.#id = null;
			if (type === 'pointerup' && index !== from) this.#onDrop(id, index);
		};
		const cancel = (event: KeyboardEvent) => {
			if (event.key !== 'Escape') return;
			event.stopPropagation();
			handle.releasePointerCapture(pointerId);
		};
		const { pointerId } = event;
		handle.addEventListener('pointermove', move);
		handle.addEventListener('pointerup', end, { once: true });
		handle.addEventListener('lostpointercapture', end, { once: true });
		addEventListener('keydown', cancel, true);
	}
}
