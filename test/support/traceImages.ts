import type { TraceImage } from '../../src/lib/trace/trace.js';
import { toTraceImages } from '../../src/lib/trace/traceImages.js';

/** Squares of one picture of 400 × 100 pixels with crops side by side, after `lead` text tokens. */
export function wideImages(crops: number, gridSize: number, lead = 3): TraceImage[] {
	const width = 400 / Math.max(1, crops);
	const boxes = Array.from({ length: crops }, (_, i) => ({
		x: i * width,
		y: 0,
		width,
		height: 100
	}));
	const count = gridSize ** 2 * (crops + 1);
	return toTraceImages({
		pictures: [{ width: 400, height: 100, crops: boxes }],
		tokenTypeIds: [...Array<number>(lead).fill(0), ...Array<number>(count).fill(1), 0],
		mmTokensPerImage: gridSize ** 2
	});
}
