import type { Trace } from '../trace/trace.js';
import { softTokenBox } from './softTokenGrid.js';
import type { Table } from './tables.js';
import { imageLabel } from './tokenLabel.js';

/** One query's attention to every soft token, with its place in the picture in source pixels. */
export function toSoftTokenTable(
	{ images, pictures }: Pick<Trace, 'images' | 'pictures'>,
	row: ArrayLike<number>
): Table {
	return {
		columns: ['key', 'picture', 'square', 'soft', 'x', 'y', 'width', 'height', 'weight'],
		rows: images.flatMap((image, i) =>
			Array.from({ length: image.gridSize ** 2 }, (_, index) => {
				const key = image.tokens.start + index;
				const { x, y, width, height } = softTokenBox(image, index);
				return [
					key,
					pictures[image.picture].name,
					imageLabel(images, i),
					index,
					tenth(x),
					tenth(y),
					tenth(width),
					tenth(height),
					Number((row[key] ?? 0).toFixed(6))
				];
			})
		)
	};
}

function tenth(value: number): number {
	return Math.round(value * 10) / 10;
}
