/** A rectangle of the source picture, pixels; `x`, `y` is the upper left corner. */
export interface CropBox {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** Size of the source picture, pixels, and the three settings under the reference's names. */
export interface PanAndScanOptions {
	readonly width: number;
	readonly height: number;
	/** Shortest side that a crop may have, pixels. */
	readonly panAndScanMinCropSize: number;
	readonly panAndScanMaxNumCrops: number;
	/** Longer side over shorter side from which on crops are made. */
	readonly panAndScanMinRatioToActivate: number;
}

type Outcome = 'crops' | 'ratio' | 'size';

interface Plan {
	readonly outcome: Outcome;
	readonly ratio: number;
	readonly numCropsWidth: number;
	readonly numCropsHeight: number;
	readonly cropWidth: number;
	readonly cropHeight: number;
}

/**
 * Crop boxes of one picture under pan and scan, row by row, without the whole picture. The last box
 * is smaller where the side does not divide evenly; a box that would be empty is left out.
 * Ports pan_and_scan (transformers, image_processing_gemma3.py): two crops at least, but never more
 * than `panAndScanMaxNumCrops`, so that 1 gives one crop that is the whole picture, as there.
 *
 * @returns boxes in source pixels; empty where no crop is made
 * @throws RangeError if a size or a setting is out of range
 */
export function panAndScanBoxes(options: PanAndScanOptions): CropBox[] {
	const plan = planCrops(options);
	if (plan.outcome !== 'crops') return [];
	const boxes: CropBox[] = [];
	for (let row = 0; row < plan.numCropsHeight; row++) {
		for (let column = 0; column < plan.numCropsWidth; column++) {
			const x = column * plan.cropWidth;
			const y = row * plan.cropHeight;
			const width = Math.min(plan.cropWidth, options.width - x);
			const height = Math.min(plan.cropHeight, options.height - y);
			if (width > 0 && height > 0) boxes.push({ x, y, width, height });
		}
	}
	return boxes;
}

/**
 * Why pan and scan makes the crops that it makes, or makes none, as one sentence.
 *
 * @throws RangeError if a size or a setting is out of range
 */
export function explainPanAndScan(options: PanAndScanOptions): string {
	const plan = planCrops(options);
	const ratio = formatRatio(plan.ratio);
	const shape = options.width >= options.height ? 'width to height' : 'height to width';
	if (plan.outcome === 'ratio') {
		return (
			`No crops: the ratio of ${shape} is ${ratio}, ` +
			`below panAndScanMinRatioToActivate (${options.panAndScanMinRatioToActivate}).`
		);
	}
	if (plan.outcome === 'size') {
		return (
			`No crops: crops of ${plan.cropWidth} × ${plan.cropHeight} pixels would be ` +
			`smaller than panAndScanMinCropSize (${options.panAndScanMinCropSize}).`
		);
	}
	const boxes = panAndScanBoxes(options);
	const place = options.width >= options.height ? 'side by side' : 'one below the other';
	const limit =
		boxes.length === options.panAndScanMaxNumCrops
			? ', as many as panAndScanMaxNumCrops allows'
			: '';
	const crops =
		boxes.length === 1
			? 'One crop, the whole picture'
			: `${boxes.length} crops of up to ${plan.cropWidth} × ${plan.cropHeight} pixels, ${place}`;
	return `${crops}: the ratio of ${shape} is ${ratio}${limit}.`;
}

function planCrops(options: PanAndScanOptions): Plan {
	const { width, height } = options;
	checkPositiveInteger('width', width);
	checkPositiveInteger('height', height);
	checkPositiveInteger('panAndScanMinCropSize', options.panAndScanMinCropSize);
	checkPositiveInteger('panAndScanMaxNumCrops', options.panAndScanMaxNumCrops);
	const minRatio = options.panAndScanMinRatioToActivate;
	if (!Number.isFinite(minRatio)) {
		throw new RangeError(`invalid panAndScanMinRatioToActivate: ${minRatio}`);
	}
	const isLandscape = width >= height;
	const long = Math.max(width, height);
	const ratio = long / Math.min(width, height);
	// A half rounds up, as in the reference.
	const wanted = Math.min(
		Math.floor(ratio + 0.5),
		Math.floor(long / options.panAndScanMinCropSize)
	);
	const numCrops = Math.min(options.panAndScanMaxNumCrops, Math.max(2, wanted));
	const numCropsWidth = isLandscape ? numCrops : 1;
	const numCropsHeight = isLandscape ? 1 : numCrops;
	const cropWidth = Math.ceil(width / numCropsWidth);
	const cropHeight = Math.ceil(height / numCropsHeight);
	let outcome: Outcome = 'crops';
	if (ratio < minRatio) outcome = 'ratio';
	else if (Math.min(cropWidth, cropHeight) < options.panAndScanMinCropSize) outcome = 'size';
	return { outcome, ratio, numCropsWidth, numCropsHeight, cropWidth, cropHeight };
}

/** Two decimals, rounded down, so that 1.199 never reads as 1.2 against a threshold of 1.2. */
function formatRatio(ratio: number): string {
	return (Math.floor(ratio * 100 + 1e-9) / 100).toFixed(2);
}

function checkPositiveInteger(name: string, value: number): void {
	if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`invalid ${name}: ${value}`);
}
