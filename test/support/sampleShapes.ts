/** Whether a point lies inside, in pixels; y counts downwards. */
export type Shape = (x: number, y: number) => boolean;

type Point = readonly [x: number, y: number];

export const circle =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) =>
		Math.hypot(x - cx, y - cy) <= radius;

export const ring =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) => {
		const distance = Math.hypot(x - cx, y - cy);
		return distance <= radius && distance >= radius * 0.52;
	};

/** Of sides a little shorter than the circle's that its radius belongs to is wide. */
export const square =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) =>
		Math.max(Math.abs(x - cx), Math.abs(y - cy)) <= radius * 0.8;

/** Of equal sides, a corner at the top; the radius is that of the circle through its corners. */
export const triangle =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) =>
		Math.max((Math.abs(x - cx) * Math.sqrt(3) - (y - cy)) / 2, y - cy) <= radius / 2;

/** Of five points, the outermost on a circle of the radius, one of them at the top. */
export const star = (cx: number, cy: number, radius: number): Shape => {
	const corners = Array.from({ length: 10 }, (_, i): Point => {
		const distance = radius * (i % 2 === 0 ? 1 : 0.42);
		return [
			cx + distance * Math.sin((i * Math.PI) / 5),
			cy - distance * Math.cos((i * Math.PI) / 5)
		];
	});
	return (x, y) =>
		corners.reduce((inside, [ax, ay], i) => {
			const [bx, by] = corners[(i + 9) % 10];
			const crosses = ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
			return inside !== crosses;
		}, false);
};

/** A part of an ellipse as points; angles in degrees, clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from = 0, to = 360): Point[] {
	return Array.from({ length: 33 }, (_, i): Point => {
		const angle = ((from + ((to - from) * i) / 32) * Math.PI) / 180;
		return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
	});
}

/** Pen strokes of each digit in a box of 0.6 × 1, as a sans-serif face prints it. */
const strokes: Readonly<Record<string, readonly (readonly Point[])[]>> = {
	'0': [arc(0.3, 0.5, 0.23, 0.435)],
	'2': [
		[...arc(0.29, 0.29, 0.22, 0.225, 200, 395), [0.08, 0.935]],
		[
			[0.08, 0.935],
			[0.54, 0.935]
		]
	],
	'3': [arc(0.27, 0.275, 0.21, 0.21, 215, 450), arc(0.27, 0.71, 0.24, 0.225, 270, 505)],
	'4': [
		[
			[0.44, 0.935],
			[0.44, 0.065],
			[0.05, 0.66],
			[0.58, 0.66]
		]
	],
	'5': [
		[
			[0.49, 0.065],
			[0.13, 0.065],
			[0.13, 0.42]
		],
		arc(0.28, 0.645, 0.24, 0.29, 230, 505)
	],
	'7': [
		[
			[0.06, 0.065],
			[0.53, 0.065],
			[0.21, 0.935]
		]
	],
	'8': [arc(0.3, 0.275, 0.2, 0.21), arc(0.3, 0.71, 0.235, 0.225)]
};

/** Width of a pen stroke, in heights of a digit. */
const pen = 0.13;

/** A printed digit, from the upper left corner of its box. */
export function digit(name: string, left: number, top: number, height: number): Shape {
	const paths = strokes[name];
	return (x, y) => {
		const u = (x - left) / height;
		const v = (y - top) / height;
		// Most of a picture is far from any digit.
		if (u < 0 || u > 0.7 || v < 0 || v > 1) return false;
		return paths.some((path) =>
			path.some((point, i) => i > 0 && distanceToLine(u, v, path[i - 1], point) <= pen / 2)
		);
	};
}

function distanceToLine(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
	const [dx, dy] = [bx - ax, by - ay];
	const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
	const share = Math.min(1, Math.max(0, along));
	return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
