import { lab, rgb } from 'd3-color';

/**
 * What a colour looks like without one kind of cone: Machado, Oliveira & Fernandes (2009), severity
 * 1.0, applied to linear RGB.
 */
const matrices = {
	protan: [
		[0.152286, 1.052583, -0.204868],
		[0.114503, 0.786281, 0.099216],
		[-0.003882, -0.048116, 1.051998]
	],
	deutan: [
		[0.367322, 0.860646, -0.227968],
		[0.280085, 0.672501, 0.047413],
		[-0.01182, 0.04294, 0.968881]
	],
	tritan: [
		[1.255528, -0.076749, -0.178779],
		[-0.078411, 0.930809, 0.147602],
		[0.004733, 0.691367, 0.3039]
	]
} as const;

export type Vision = 'normal' | keyof typeof matrices;
export const visions: readonly Vision[] = ['normal', 'protan', 'deutan', 'tritan'];

/** A colour as a reader with this vision sees it, `#rrggbb`. */
export function simulate(color: string, vision: Vision): string {
	if (vision === 'normal') return color;
	const { r, g, b } = rgb(color);
	const linear = [r, g, b].map((value) => {
		const share = value / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	const [red, green, blue] = matrices[vision].map((row) => {
		const sum = row.reduce((total, weight, i) => total + weight * linear[i], 0);
		const clamped = Math.min(1, Math.max(0, sum));
		return 255 * (clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055);
	});
	return rgb(red, green, blue).formatHex();
}

const degrees = Math.PI / 180;

/** CIEDE2000 colour difference; about 2 is just seen side by side, 10 is seen at a glance. */
export function deltaE2000(first: string, second: string): number {
	const [p, q] = [lab(first), lab(second)];
	const chroma = (Math.hypot(p.a, p.b) + Math.hypot(q.a, q.b)) / 2;
	const g = 0.5 * (1 - Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7)));
	const [a1, a2] = [p.a * (1 + g), q.a * (1 + g)];
	const [c1, c2] = [Math.hypot(a1, p.b), Math.hypot(a2, q.b)];
	const hue = (a: number, b: number) =>
		a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / degrees + 360) % 360;
	const [h1, h2] = [hue(a1, p.b), hue(a2, q.b)];
	const difference = h2 - h1;
	const turn = Math.abs(difference) <= 180 ? 0 : difference > 180 ? -360 : 360;
	const dh = c1 * c2 === 0 ? 0 : difference + turn;
	const dL = q.l - p.l;
	const dC = c2 - c1;
	const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * degrees);
	const L = (p.l + q.l) / 2;
	const C = (c1 + c2) / 2;
	const sum = h1 + h2;
	const h =
		c1 * c2 === 0 ? sum : Math.abs(h1 - h2) <= 180 ? sum / 2 : (sum + (sum < 360 ? 360 : -360)) / 2;
	const t =
		1 -
		0.17 * Math.cos((h - 30) * degrees) +
		0.24 * Math.cos(2 * h * degrees) +
		0.32 * Math.cos((3 * h + 6) * degrees) -
		0.2 * Math.cos((4 * h - 63) * degrees);
	const sL = 1 + (0.015 * (L - 50) ** 2) / Math.sqrt(20 + (L - 50) ** 2);
	const sC = 1 + 0.045 * C;
	const sH = 1 + 0.015 * C * t;
	const rotation =
		-Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * degrees) *
		2 *
		Math.sqrt(C ** 7 / (C ** 7 + 25 ** 7));
	return Math.sqrt(
		(dL / sL) ** 2 + (dC / sC) ** 2 + (dH / sH) ** 2 + rotation * (dC / sC) * (dH / sH)
	);
}
