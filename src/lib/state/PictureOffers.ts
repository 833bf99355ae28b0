import { getContext, setContext } from 'svelte';

const key = Symbol('picture offers');

/** The figures in one cell of a notebook, as the SVG documents that they can be exported as. */
export class PictureOffers {
	readonly #offers = new Set<() => string>();

	/** @returns takes the offer back */
	add(toSvg: () => string): () => void {
		this.#offers.add(toSvg);
		return () => this.#offers.delete(toSvg);
	}

	/** In the order of the page. */
	toSvgs(): string[] {
		return [...this.#offers].map((toSvg) => toSvg());
	}
}

/** Collects the figures of the components below. */
export function setPictureOffers(offers: PictureOffers): void {
	setContext(key, offers);
}

/** Null where nobody collects. */
export function maybePictureOffers(): PictureOffers | null {
	return getContext<PictureOffers | undefined>(key) ?? null;
}
