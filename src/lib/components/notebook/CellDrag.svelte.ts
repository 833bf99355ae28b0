/** Pixels from an edge of the window within which a dragged cell scrolls the page. */
const edge = 80;

/** Pixels that it scrolls in a frame at most, at the very edge or beyond it. */
const fastest = 24;

/** Pixels that the pointer moves before a press is a drag. */
const slack = 4;

/** A cell that is dragged by its handle to another place. */
export class CellDrag {
	#id = $state<string | null>(null);
	#gap = $state<number | null>(null);
	#point = $state.raw({ x: 0, y: 0 });
	readonly #onDrop: (id: string, index: number) => void;

	/**
	 * @param onDrop gets the index that the cell is to have, counted without it; its own where it was
	 * pressed only, or put back
	 */
	constructor(onDrop: (id: string, index: number) => void) {
		this.#onDrop = onDrop;
	}

	/** The cell that is being dragged. */
	get id(): string | null {
		return this.#id;
	}

	/** It would stand before the cell of this index; null where it would stay. */
	get gap(): number | null {
		return this.#gap;
	}

	/** Where the pointer is, in the window. */
	get point(): { readonly x: number; readonly y: number } {
		return this.#point;
	}

	/** Begins with the press of a mouse, a pen or a finger on the handle. Escape ends it. */
	start(id: string, event: PointerEvent): void {
		if (event.button !== 0 || this.#id !== null) return;
		event.preventDefault();
		const { pointerId, clientX, clientY } = event;
		const handle = event.currentTarget as HTMLElement;
		handle.setPointerCapture(pointerId);
		const listening = new AbortController();
		const { signal } = listening;
		let frame = 0;

		const end = () => {
			listening.abort();
			cancelAnimationFrame(frame);
			if (handle.hasPointerCapture(pointerId)) handle.releasePointerCapture(pointerId);
			this.#id = null;
			this.#gap = null;
		};
		// Held at an edge, the pointer does not move, and the page goes on scrolling.
		const step = () => {
			scrollBy(0, toScroll(this.#point.y));
			this.#gap = toGap(id, this.#point.y);
			frame = requestAnimationFrame(step);
		};
		const move = (event: PointerEvent) => {
			if (event.pointerId !== pointerId) return;
			this.#point = { x: event.clientX, y: event.clientY };
			const isFar = Math.hypot(event.clientX - clientX, event.clientY - clientY) > slack;
			if (this.#id !== null || !isFar) return;
			this.#id = id;
			step();
		};
		const drop = (event: PointerEvent) => {
			if (event.pointerId !== pointerId) return;
			const from = toCells().findIndex((cell) => cell.dataset.cell === id);
			const gap = this.#id === null ? null : toGap(id, event.clientY);
			end();
			this.#onDrop(id, gap === null ? from : gap > from ? gap - 1 : gap);
		};
		const cancel = (event: Event) => {
			if (event instanceof PointerEvent && event.pointerId !== pointerId) return;
			if (event instanceof KeyboardEvent) {
				if (event.key !== 'Escape') return;
				event.stopPropagation();
			}
			end();
		};
		addEventListener('pointermove', move, { signal });
		addEventListener('pointerup', drop, { signal });
		addEventListener('pointercancel', cancel, { signal });
		addEventListener('lostpointercapture', cancel, { signal });
		addEventListener('keydown', cancel, { signal, capture: true });
	}
}

const toCells = () => [...document.querySelectorAll<HTMLElement>('#cells [data-cell]')];

/** The gap between cells that is nearest to a height; null for those beside the cell itself. */
function toGap(id: string, y: number): number | null {
	const cells = toCells();
	const below = cells.findIndex((cell) => {
		const { top, height } = cell.getBoundingClientRect();
		return y < top + height / 2;
	});
	const gap = below < 0 ? cells.length : below;
	const from = cells.findIndex((cell) => cell.dataset.cell === id);
	return gap === from || gap === from + 1 ? null : gap;
}

/** Pixels to scroll in a frame, by how far the pointer is within an edge of what the bar leaves. */
function toScroll(y: number): number {
	const top = (document.querySelector('header')?.offsetHeight ?? 0) + edge / 2;
	const depth = y < top ? y - top : Math.max(0, y - innerHeight + edge);
	return Math.round(Math.max(-1, Math.min(1, depth / edge)) * fastest);
}
