/** Milliseconds that a picture which does not come may hold the paper up. */
const patience = 10_000;

/** Prints once every cell is drawn, those that were not yet scrolled to as well. */
export async function printWhenDrawn(): Promise<void> {
	// Cells draw themselves when they hear it; the browser's own comes too late for what is read first.
	dispatchEvent(new Event('beforeprint'));
	const end = performance.now() + patience;
	do {
		for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
	} while (isDrawing() && performance.now() < end);
	print();
}

/** A cell that was not yet come to, a picture whose file is being decoded, or a line that says so. */
const isDrawing = () =>
	document.querySelector('#cells :is(.far, canvas[data-drawn="no"], figure p[role="status"])') !==
	null;
