type RenderMath = (tex: string, displayMode: boolean) => string;

/** KaTeX, which is fetched with the first formula of a page. */
class MathRenderer {
	#renderMath = $state.raw<RenderMath | undefined>(undefined);
	#asked = false;

	/** Undefined until it is there: formulas are then shown as they are written. */
	get renderMath(): RenderMath | undefined {
		return this.#renderMath;
	}

	load(): void {
		if (this.#asked) return;
		this.#asked = true;
		import('$lib/notebook/math.js').then(
			({ renderMath }) => (this.#renderMath = renderMath),
			() => (this.#asked = false)
		);
	}
}

export const mathRenderer = new MathRenderer();
